/** The rules of a bundle's text, as a list of what can be shown. */
export interface ShownRule {
  /** From 1: where it stands, and so when it is asked. */
  place: number;
  id: string;
  rule: unknown;
}

/** @returns null where the text holds no list of rules */
export function rulesOf(bundle: string): ShownRule[] | null {
  const document = read(bundle);
  const rules = document?.rules;
  if (!Array.isArray(rules)) return null;
  return rules.map((rule, index) => ({ place: index + 1, id: idOf(rule) ?? `rules[${index}]`, rule }));
}

/** The policies of a bundle's text alone, with their tests: what the gate needs to answer. */
export function policiesOf(bundle: string): { policies: unknown[]; policy_tests: unknown[] } {
  const document = read(bundle);
  const list = (name: string) => (Array.isArray(document?.[name]) ? (document[name] as unknown[]) : []);
  return { policies: list("policies"), policy_tests: list("policy_tests") };
}

/** Every id of a kind that the text names, sorted: `ctrl`, `prof`. */
export function idsIn(text: string, prefix: "cap" | "wrk" | "ctrl" | "prof" | "pol"): string[] {
  const pattern = new RegExp(String.raw`"(${prefix}(?:\.[a-z0-9]+(?:[-_][a-z0-9]+)*){1,3})"`, "g");
  return [...new Set([...text.matchAll(pattern)].map(([, id]) => id as string))].sort();
}

function read(text: string): { [key: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as { [key: string]: unknown }) : null;
  } catch {
    return null;
  }
}

function idOf(rule: unknown): string | null {
  const id = typeof rule === "object" && rule !== null && "rule_id" in rule ? rule.rule_id : null;
  return typeof id === "string" ? id : null;
}
