/**
 * What a partial expectation asks and a value does not have: objects hold at least the keys given, lists
 * have exactly the items given, a key may be a dotted path. Empty where everything is as expected.
 */
export function differences(actual: unknown, expected: unknown, path = "$"): string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path} is ${show(actual)}, not a list`];
    if (actual.length !== expected.length)
      return [`${path} has ${actual.length} items, not ${expected.length}: ${show(actual)}`];
    return expected.flatMap((item, index) => differences(actual[index], item, `${path}[${index}]`));
  }
  if (isObject(expected))
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(at(actual, key), value, `${path}.${key}`),
    );
  return Object.is(actual, expected) ? [] : [`${path} is ${show(actual)}, not ${show(expected)}`];
}

function at(value: unknown, dotted: string): unknown {
  let here = value;
  for (const key of dotted.split(".")) {
    if (!isObject(here)) return undefined;
    here = here[key];
  }
  return here;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "absent";
}
