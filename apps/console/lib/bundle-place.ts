import type { Text } from "@codemirror/state";
import { follow, type JsonNode, type JsonTree, rootValue, stepsTo, stringAt } from "./json-tree.ts";

/** One item of a bundle's text: where it stands, what it is called, and how it reads as JSON. */
export interface BundlePlace {
  list: "rules" | "policies" | "policy_tests";
  index: number;
  id: string | null;
  /** Null while it is no JSON. */
  item: unknown;
}

const ID = { rules: "rule_id", policies: "policy_id", policy_tests: "name" } as const;

/** The item at a position, or null between them. */
export function placeAt(doc: Text, tree: JsonTree, pos: number): BundlePlace | null {
  const at = tree.resolveInner(pos, 0);
  const root = rootValue(tree);
  const [list, index] = stepsTo(doc, at.name === "⚠" && at.parent ? at.parent : at);
  if (root === null || !isList(list) || typeof index !== "number") return null;
  const { value, taken } = follow(doc, root, [list, index]);
  if (taken < 2) return null;
  const name = follow(doc, value, [ID[list]]);
  return {
    list,
    index,
    id: name.taken === 1 ? stringAt(doc, name.value) : null,
    item: parsed(doc.sliceString(value.from, value.to)),
  };
}

/** The rule or policy of that id, or null. */
export function itemNode(doc: Text, tree: JsonTree, id: string): JsonNode | null {
  const root = rootValue(tree);
  if (root === null) return null;
  for (const list of ["rules", "policies"] as const) {
    const { value, taken } = follow(doc, root, [list]);
    if (taken < 1 || value.name !== "Array") continue;
    for (let item = value.firstChild; item !== null; item = item.nextSibling) {
      const name = item.name === "Object" ? follow(doc, item, [ID[list]]) : null;
      if (name?.taken === 1 && stringAt(doc, name.value) === id) return item;
    }
  }
  return null;
}

function isList(step: unknown): step is BundlePlace["list"] {
  return typeof step === "string" && Object.hasOwn(ID, step);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
