import {
  canonicalId,
  isPrintable,
  Policy,
  PolicyTest,
  Rule,
  type RuleBundle,
  readStrictJson,
  type StrictJson,
  StrictJsonError,
} from "@guildhall/protocol";
import { compilePolicies } from "./apply-policy.ts";
import { type BundleProblem, policyProblem } from "./bundle-error.ts";
import {
  BundleProblems,
  explained,
  found,
  type Issue,
  type ItemPlace,
  isObject,
  problemAt,
} from "./bundle-problems.ts";
import type { BundleList } from "./bundle-words.ts";
import { compileConditions } from "./compile-conditions.ts";
import type { Expression } from "./expression.ts";

export type BundleReading =
  | { ok: true; bundle: RuleBundle }
  | {
      ok: false;
      /** The first fifty. */
      problems: BundleProblem[];
      /** How many more there are; beyond ten thousand nobody looks on. */
      untold: number;
    };

/** Of a bundle's text, in UTF-8. */
export const BUNDLE_MAX_BYTES = 8 * 1024 * 1024;
/** A text of that length has room for few more keys. */
const KEYS_MAX = 1_000_000;
/** Values in one rule, policy or test. It bounds what there is to say about each. */
const VALUES_MAX = 50_000;
const LISTS = ["rules", "policies", "policy_tests"] as const satisfies readonly BundleList[];
const LIST_MAX = { rules: Number.POSITIVE_INFINITY, policies: 10_000, policy_tests: 10_000 } as const;

/**
 * Reads a rule bundle as its author sent it: strict JSON, the form of every rule, policy and test, ids that stand once,
 * expressions that compile. Never throws: what is wrong is an answer, in words for the author.
 */
export function readBundle(text: string | Uint8Array): BundleReading {
  const problems = new BundleProblems();
  const bundle = readDocument(text, problems);
  return problems.isEmpty
    ? { ok: true, bundle: bundle as RuleBundle }
    : { ok: false, problems: problems.told, untold: problems.untold };
}

/** Null where that is told as a problem. */
function readDocument(text: string | Uint8Array, problems: BundleProblems): RuleBundle | null {
  const wrong = (path: string, expected: string) => problems.add({ rule_id: null, path, expected });
  if (isTooLong(text)) {
    wrong("", "a bundle of at most 8 MB");
    return null;
  }
  let document: StrictJson;
  try {
    document = readStrictJson(text, { maxKeys: KEYS_MAX });
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    problems.add(misread(error, text));
    return null;
  }
  if (!isObject(document)) {
    wrong("", `an object with a list of rules; ${found(document)}`);
    return null;
  }
  for (const key of Object.keys(document))
    if (!(LISTS as readonly string[]).includes(key))
      problems.add({ rule_id: null, path: key, expected: `one of the keys ${LISTS.join(", ")}` });
  const expressions = new Map<string, Expression>();
  return {
    rules: readList(document, "rules", Rule, problems, ({ decision }, { id }) =>
      checkConditions(id as string, decision.escalation.human_required_if, expressions, problems),
    ),
    policies: checkPolicies(readList(document, "policies", Policy, problems), problems),
    policy_tests: readList(document, "policy_tests", PolicyTest, problems),
  };
}

/** Together, because there is a limit to what all policies may take. */
function checkPolicies(policies: Policy[], problems: BundleProblems): Policy[] {
  for (const problem of compilePolicies(policies).problems) problems.add(policyProblem(problem));
  return policies;
}

function checkConditions(
  id: string,
  texts: readonly string[],
  known: Map<string, Expression>,
  problems: BundleProblems,
): void {
  const wrong: BundleProblem[] = [];
  compileConditions(id, texts, known, wrong);
  for (const problem of wrong) problems.add(problem);
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
}

/** The items of one of the lists; those that are wrong are left out. @param check what the schema does not know */
function readList<T>(
  document: { [key: string]: StrictJson },
  list: BundleList,
  schema: Schema<T>,
  problems: BundleProblems,
  check?: (item: T, place: ItemPlace) => void,
): T[] {
  const sent = Object.hasOwn(document, list) ? document[list] : undefined;
  if (sent === undefined && list !== "rules") return [];
  if (!Array.isArray(sent) || sent.length > LIST_MAX[list]) {
    const most = Array.isArray(sent) ? ` of at most ${LIST_MAX[list]}` : "";
    problems.add({ rule_id: null, path: list, expected: `a list${most}; ${found(sent)}` });
    return [];
  }
  const items: T[] = [];
  const places = new Map<string, number>();
  for (let index = 0; index < sent.length && !problems.isEnough; index++) {
    const item = sent[index] as StrictJson;
    const place: ItemPlace = { list, index, id: idOf(list, item) };
    const read = readItem(item, place, schema, problems);
    if (place.id !== null) {
      const earlier = places.get(place.id);
      if (earlier === undefined) places.set(place.id, index);
      else
        problems.add(
          problemAt(place, [ID[list]], `an id of its own; ${list}[${earlier}] has this one already`),
        );
    }
    if (read === null) continue;
    check?.(read, place);
    items.push(read);
  }
  return items;
}

function readItem<T>(
  item: StrictJson,
  place: ItemPlace,
  schema: Schema<T>,
  problems: BundleProblems,
): T | null {
  if (isOver(item, VALUES_MAX)) {
    problems.add(problemAt(place, [], `at most ${VALUES_MAX} values in all`));
    return null;
  }
  const read = schema.safeParse(item);
  if (read.success) return read.data;
  // One value may break several bounds of its schema, which in an author's words are the same one.
  const told = new Set<string>();
  for (const issue of read.error.issues)
    for (const problem of explained(place, item, issue)) {
      const words = `${problem.path}\n${problem.expected}`;
      if (!told.has(words)) problems.add(problem);
      told.add(words);
    }
  return null;
}

const ID = { rules: "rule_id", policies: "policy_id", policy_tests: "name" } as const;

/** What the item is called, where that can be read. Tests have no id. */
function idOf(list: BundleList, item: StrictJson): string | null {
  if (!isObject(item) || list === "policy_tests" || !Object.hasOwn(item, ID[list])) return null;
  const id = item[ID[list]];
  if (typeof id !== "string") return null;
  return list === "policies" ? canonicalId("pol", id) : isPrintable(id) ? id : null;
}

/** True where the value has more parts than `max`. Strict JSON has bounded how deep this goes. */
function isOver(value: StrictJson, max: number): boolean {
  let left = max;
  const count = (part: StrictJson): boolean => {
    if (--left < 0) return true;
    if (typeof part !== "object" || part === null) return false;
    return Array.isArray(part) ? part.some(count) : Object.values(part).some(count);
  };
  return count(value);
}

function isTooLong(text: string | Uint8Array): boolean {
  // A UTF-16 unit is at least one byte.
  if (text.length > BUNDLE_MAX_BYTES) return true;
  return typeof text === "string" && new TextEncoder().encode(text).length > BUNDLE_MAX_BYTES;
}

/** What strict JSON refused. Which rule that was in, a laxer reader may still know. */
function misread(error: StrictJsonError, text: string | Uint8Array): BundleProblem {
  const expected = error.message.replace(/^Expected /, "").replace(/\.$/, "");
  const inside = /^(rules|policies)\[(\d+)\]\.?(.*)/s.exec(error.path);
  const id = inside && laxId(text, inside[1] as BundleList, Number(inside[2]));
  return id === null
    ? { rule_id: null, path: error.path, expected }
    : { rule_id: id, path: inside?.[3] as string, expected };
}

function laxId(text: string | Uint8Array, list: BundleList, index: number): string | null {
  try {
    // An object at the top: the strict reader came as far as its list.
    const document: Partial<Record<BundleList, StrictJson>> = JSON.parse(
      typeof text === "string" ? text : new TextDecoder().decode(text),
    );
    const items = document[list];
    return Array.isArray(items) ? idOf(list, items[index] as StrictJson) : null;
  } catch {
    return null;
  }
}
