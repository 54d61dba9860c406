import { Instant, jsonPath, type PolicyTest } from "@guildhall/protocol";
import { applyPolicies, type CompiledPolicy } from "./apply-policy.ts";
import { EVERYDAY_FACTS, type PolicyFacts, toActivation, wrongFact } from "./policy-facts.ts";
import { FIELDS_BY_VARIABLE, type PolicyField } from "./policy-variables.ts";
import { shown, shownList } from "./sanitise.ts";

export interface PolicyTestResult {
  readonly name: string;
  readonly passed: boolean;
  /** For people: `DENY by pol.a, pol.b`, or what is wrong with the test. */
  readonly expected: string;
  readonly got: string;
}

/** Asks the policies what each test asks them. */
export function runPolicyTests(
  policies: readonly CompiledPolicy[],
  tests: readonly PolicyTest[],
): PolicyTestResult[] {
  return tests.map((test) => runPolicyTest(policies, test));
}

/** One test. It takes no longer than one decision does, so that a server can serve between two of them. */
export function runPolicyTest(
  policies: readonly CompiledPolicy[],
  { name, given, expect }: PolicyTest,
): PolicyTestResult {
  const expected = `${expect.effect}${by(expect.policies ?? [])}`;
  const read = factsOf(given);
  if (!read.ok) return { name, passed: false, expected: read.expected, got: read.got };
  const answer = applyPolicies(policies, [toActivation(read.facts)]);
  if (answer.failed !== null)
    return { name, passed: false, expected, got: `${answer.failed} failed: ${answer.failure}` };
  const saying = answer.verdicts.filter(({ effect }) => effect === answer.effect).map((one) => one.policy_id);
  return {
    name,
    passed:
      answer.effect === expect.effect && (expect.policies === undefined || sameSet(expect.policies, saying)),
    expected,
    got: `${answer.effect}${by(saying)}`,
  };
}

type Read = { ok: true; facts: PolicyFacts } | { ok: false; expected: string; got: string };

/** The everyday facts with what a test says instead. What it says must be something that a decision could say. */
function factsOf(given: Readonly<Record<string, unknown>>): Read {
  const facts: Record<string, unknown> = { ...EVERYDAY_FACTS };
  for (const [variable, said] of Object.entries(given)) {
    const fields = FIELDS_BY_VARIABLE.get(variable);
    if (fields === undefined)
      return wrong([variable], `one of ${[...FIELDS_BY_VARIABLE.keys()].join(", ")}`, said);
    if (fields.size === 0) {
      const ms = timeOf(said);
      if (ms === null) return wrong([variable], "a time of UTC like 2026-11-23T16:00:00.000Z", said);
      facts[variable] = ms;
      continue;
    }
    if (typeof said !== "object" || said === null || Array.isArray(said))
      return wrong([variable], "an object of fields", said);
    for (const [name, value] of Object.entries(said)) {
      const field = fields.get(name);
      const expected =
        field === undefined ? `one of ${[...fields.keys()].join(", ")}` : expectedFact(field, value);
      if (expected !== null) return wrong([variable, name], expected, value);
    }
    facts[variable] = { ...(EVERYDAY_FACTS[variable as keyof PolicyFacts] as object), ...said };
  }
  return { ok: true, facts: facts as unknown as PolicyFacts };
}

function expectedFact(field: PolicyField, value: unknown): string | null {
  if (field.values === undefined) return wrongFact(field, value);
  return field.values.includes(value as string) ? null : `one of ${field.values.join(", ")}`;
}

function timeOf(said: unknown): number | null {
  const read = Instant.safeParse(said);
  return read.success ? Date.parse(read.data) : null;
}

function wrong(path: readonly string[], expected: string, got: unknown): Read {
  return {
    ok: false,
    expected: `${jsonPath(["given", ...path])}: ${expected}`,
    got: shown(JSON.stringify(got)),
  };
}

function by(policies: readonly string[]): string {
  return policies.length === 0 ? "" : ` by ${shownList([...policies].sort())}`;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a);
  return set.size === new Set(b).size && b.every((one) => set.has(one));
}
