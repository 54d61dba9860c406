import { plainBundle } from "./readable-bundle.ts";

/** What is different between two bundles, by the names of their parts. */
export interface BundleDifference {
  rules: PartDifference;
  policies: PartDifference;
  tests: PartDifference;
}

export interface PartDifference {
  added: string[];
  removed: string[];
  changed: string[];
  /** Those that both have stand in another order: it decides where two rules match. */
  isReordered: boolean;
}

/** @param before null where there was none @returns null where one of the two is no bundle that can be read */
export function bundleDifference(before: string | null, after: string): BundleDifference | null {
  const [from, to] = [before === null ? {} : parse(before), parse(after)];
  if (from === null || to === null) return null;
  const part = (list: string, id: string) => partDifference(itemsOf(from, list, id), itemsOf(to, list, id));
  return {
    rules: part("rules", "rule_id"),
    policies: part("policies", "policy_id"),
    tests: part("policy_tests", "name"),
  };
}

export function isSame({ rules, policies, tests }: BundleDifference): boolean {
  return [rules, policies, tests].every((part) => isEmpty(part));
}

/** `2 rules changed, 1 added`; an empty list where nothing is different. */
export function differenceWords(difference: BundleDifference): string[] {
  return [
    ...partWords(difference.rules, "rule", "rules"),
    ...partWords(difference.policies, "policy", "policies"),
    ...partWords(difference.tests, "test", "tests"),
  ];
}

function partWords(part: PartDifference, one: string, many: string): string[] {
  const words = (ids: string[], verb: string) =>
    ids.length === 0 ? [] : [`${ids.length} ${ids.length === 1 ? one : many} ${verb}`];
  return [
    ...words(part.added, "added"),
    ...words(part.removed, "removed"),
    ...words(part.changed, "changed"),
    ...(part.isReordered ? [`the ${many} stand in another order`] : []),
  ];
}

function partDifference(before: Map<string, string>, after: Map<string, string>): PartDifference {
  const kept = [...after.keys()].filter((id) => before.has(id));
  const keptBefore = [...before.keys()].filter((id) => after.has(id));
  return {
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: kept.filter((id) => before.get(id) !== after.get(id)),
    isReordered: kept.some((id, index) => id !== keptBefore[index]),
  };
}

function isEmpty({ added, removed, changed, isReordered }: PartDifference): boolean {
  return added.length + removed.length + changed.length === 0 && !isReordered;
}

/** The parts of one list as texts that are equal where they say the same. */
function itemsOf(bundle: { [key: string]: unknown }, list: string, id: string): Map<string, string> {
  const items = new Map<string, string>();
  const entries = Array.isArray(bundle[list]) ? (bundle[list] as unknown[]) : [];
  entries.forEach((entry, index) => {
    const own =
      typeof entry === "object" && entry !== null ? (entry as { [key: string]: unknown })[id] : null;
    items.set(typeof own === "string" ? own : `${list}[${index}]`, JSON.stringify(sorted(entry)));
  });
  return items;
}

function parse(text: string): { [key: string]: unknown } | null {
  try {
    const value = plainBundle(JSON.parse(text));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as { [key: string]: unknown })
      : null;
  } catch {
    return null;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const object = value as { [key: string]: unknown };
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, sorted(object[key])]),
  );
}
