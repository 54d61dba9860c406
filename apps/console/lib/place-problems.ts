import type { Text } from "@codemirror/state";
import { readSteps } from "./json-steps.ts";
import {
  entriesOf,
  type Found,
  follow,
  type JsonNode,
  type JsonTree,
  propertiesOf,
  rootValue,
  stringAt,
} from "./json-tree.ts";
import type { BundleProblem } from "./rule-types.ts";

/** A problem of a bundle and the part of its text that shows it. */
export interface PlacedProblem {
  from: number;
  to: number;
  problem: BundleProblem;
}

/** Finds each problem in the text, in the order in which the Hall told them. Never outside the text. */
export function placeProblems(
  doc: Text,
  tree: JsonTree,
  problems: readonly BundleProblem[],
): PlacedProblem[] {
  if (problems.length === 0) return [];
  const break_ = problems.length === 1 ? firstBreak(doc, tree) : null;
  const root = rootValue(tree);
  const items = new Items(doc, root);
  return problems.map((problem) => {
    if (break_ !== null) return { ...break_, problem };
    if (root === null) return { from: 0, to: Math.min(1, doc.length), problem };
    const steps = readSteps(problem.path);
    const start = items.of(problem);
    const found = follow(doc, start ?? root, problem.rule_id !== null && start === null ? [] : steps);
    return { ...shownPart(doc, found, found.taken === steps.length, problem), problem };
  });
}

/** What is no JSON has a hole in its tree, and the Hall tells of nothing else. */
function firstBreak(doc: Text, tree: JsonTree): { from: number; to: number } | null {
  const cursor = tree.cursor();
  do {
    if (!cursor.type.isError) continue;
    // A hole has no width: the character before it is where the eye looks.
    const from = cursor.from === cursor.to ? Math.max(0, cursor.from - 1) : cursor.from;
    return within(doc, from, Math.max(cursor.to, from + 1));
  } while (cursor.next());
  return null;
}

/** The part that shows a problem: a name that should not be there, a value, or the place where one is missing. */
function shownPart(doc: Text, { value, name }: Found, isThere: boolean, { expected }: BundleProblem) {
  if (isThere && name !== null && /^one of the (?:keys|operators) /.test(expected))
    return within(doc, name.from, name.to);
  // Of what is missing, and of what goes over many lines, only the beginning.
  if (!isThere && name !== null) return within(doc, name.from, name.to);
  if (!isThere) return within(doc, value.from, value.from + 1);
  return within(doc, value.from, Math.min(value.to, doc.lineAt(value.from).to));
}

function within(doc: Text, from: number, to: number): { from: number; to: number } {
  const end = Math.min(to, doc.length);
  return { from: Math.min(from, end), to: end };
}

const ID = { rules: "rule_id", policies: "policy_id" } as const;
type ItemList = keyof typeof ID;

/** What only a policy has: an id alone does not say of which list it is. */
const OF_A_POLICY = /^(?:policy_id|description|when|effect|reason|supervisor_level|quorum)\b/;

/** The rules and policies of a text by their ids. An id that stands twice keeps every place. */
class Items {
  private readonly places: Record<ItemList, Map<string, JsonNode[]>> = {
    rules: new Map(),
    policies: new Map(),
  };

  constructor(doc: Text, root: JsonNode | null) {
    if (root?.name !== "Object") return;
    for (const { key, value } of propertiesOf(doc, root)) {
      if ((key !== "rules" && key !== "policies") || value?.name !== "Array") continue;
      for (const item of entriesOf(value)) this.add(doc, key, item);
    }
  }

  of({ rule_id, path }: BundleProblem): JsonNode | null {
    if (rule_id === null) return null;
    const lists: ItemList[] = OF_A_POLICY.test(path) ? ["policies", "rules"] : ["rules", "policies"];
    const places = lists.map((list) => this.places[list].get(rule_id)).find((found) => found !== undefined);
    // An id that stands twice is wrong where it stands again.
    return (path === "rule_id" || path === "policy_id" ? places?.at(-1) : places?.[0]) ?? null;
  }

  private add(doc: Text, list: ItemList, item: JsonNode): void {
    if (item.name !== "Object") return;
    for (const { key, value } of propertiesOf(doc, item)) {
      const id = key === ID[list] ? stringAt(doc, value) : null;
      if (id === null) continue;
      const places = this.places[list].get(told(list, id));
      if (places === undefined) this.places[list].set(told(list, id), [item]);
      else places.push(item);
      return;
    }
  }
}

/** The Hall names a policy in the canonical spelling. */
function told(list: ItemList, id: string): string {
  return list === "rules" ? id : id.replace(/\.v[0-9]+$/, "").replaceAll("_", "-");
}
