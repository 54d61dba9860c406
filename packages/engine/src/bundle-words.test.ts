import { Policy, PolicyTest, Rule } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { type BundleList, keysAt, wordsFor } from "./bundle-words.ts";

interface Node {
  properties?: { [name: string]: Node };
  items?: Node;
  anyOf?: Node[];
  enum?: string[];
  [limit: string]: unknown;
}

/** Every place that a schema knows, with what the schema says of it; an index is 0. */
function* places(node: Node, path: (string | number)[] = []): Generator<[(string | number)[], Node]> {
  yield [path, node];
  for (const [name, member] of Object.entries(node.properties ?? {})) yield* places(member, [...path, name]);
  if (node.items) yield* places(node.items, [...path, 0]);
  for (const form of node.anyOf ?? []) yield* places(form, path);
}

const schemas = { rules: Rule, policies: Policy, policy_tests: PolicyTest };

describe.each(Object.keys(schemas) as BundleList[])("the words for %s", (list) => {
  const schema = schemas[list].toJSONSchema({ io: "input", unrepresentable: "any" }) as Node;
  const all = [...places(schema)];

  it("are there for every place that the schema knows", () => {
    expect(all.filter(([path]) => wordsFor(list, path) === null)).toEqual([]);
    expect(all.length).toBeGreaterThan(6);
  });

  it("name the keys that the schema knows, and no others", () => {
    const known = new Map<string, Set<string>>();
    for (const [path, { properties }] of all) {
      if (properties === undefined) continue;
      const keys = known.get(JSON.stringify(path)) ?? new Set();
      for (const key of Object.keys(properties)) keys.add(key);
      known.set(JSON.stringify(path), keys);
    }
    for (const [path, keys] of known) expect(keysAt(list, JSON.parse(path)).sort()).toEqual([...keys].sort());
  });

  it("tell every limit and every value that the schema has", () => {
    for (const [path, node] of all) {
      const words = wordsFor(list, path);
      // What is given to a test are numbers of any size.
      for (const limit of ["maxItems", "maxLength", "maximum"])
        if (node[limit] !== undefined && node[limit] !== Number.MAX_SAFE_INTEGER)
          expect(words, `${path} ${limit}`).toContain(String(node[limit]));
      for (const value of node.enum ?? []) expect(words).toContain(value);
    }
  });
});

it("there are no words for a place that no bundle has", () => {
  expect(wordsFor("rules", ["match", "tenant_id"])).toBeNull();
  expect(keysAt("rules", ["rule_id"])).toEqual([]);
});
