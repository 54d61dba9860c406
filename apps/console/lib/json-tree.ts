import type { syntaxTree } from "@codemirror/language";
import type { Text } from "@codemirror/state";
import type { Steps } from "./json-steps.ts";

/**
 * Reads the syntax tree of a JSON text that somebody is writing, so it may be broken anywhere. The tree's nodes
 * have the names of Lezer's JSON grammar.
 */
export type JsonTree = ReturnType<typeof syntaxTree>;
export type JsonNode = JsonTree["topNode"];

/** The value of the document, or null while there is none. */
export function rootValue(tree: JsonTree): JsonNode | null {
  return valueIn(tree.topNode);
}

/** What a string or the name of a property says; null where it is no whole string yet. */
export function stringAt(doc: Text, node: JsonNode | null): string | null {
  if (node === null || (node.name !== "String" && node.name !== "PropertyName")) return null;
  try {
    return JSON.parse(doc.sliceString(node.from, node.to)) as string;
  } catch {
    return null;
  }
}

/** The properties of an object, in order. A value is null while nobody has written one. */
export function* propertiesOf(
  doc: Text,
  object: JsonNode,
): Generator<{ key: string; name: JsonNode; value: JsonNode | null }> {
  for (let property = object.firstChild; property !== null; property = property.nextSibling) {
    if (property.name !== "Property") continue;
    const name = property.firstChild;
    const key = stringAt(doc, name);
    if (name !== null && key !== null) yield { key, name, value: valueIn(property) };
  }
}

/** The entries of a list, in order. */
export function* entriesOf(list: JsonNode): Generator<JsonNode> {
  for (let entry = list.firstChild; entry !== null; entry = entry.nextSibling)
    if (isValue(entry)) yield entry;
}

/** Where some steps lead: the last value that is there, its name if it has one, and how many steps were gone. */
export interface Found {
  value: JsonNode;
  /** The name of the property whose value this is. */
  name: JsonNode | null;
  taken: number;
}

export function follow(doc: Text, start: JsonNode, steps: Steps): Found {
  let found: Found = { value: start, name: null, taken: 0 };
  for (const step of steps) {
    const next = typeof step === "number" ? entryAt(found.value, step) : propertyAt(doc, found.value, step);
    if (next === null) return found;
    found = { ...next, taken: found.taken + 1 };
  }
  return found;
}

/** The steps from the document to a node, and whether the node is (in) the name of a property. */
export function stepsTo(doc: Text, node: JsonNode): (string | number)[] {
  const steps: (string | number)[] = [];
  for (let at: JsonNode = node; at.parent !== null; at = at.parent) {
    const { parent } = at;
    if (parent.name === "Property" && at.name !== "PropertyName")
      steps.unshift(stringAt(doc, parent.getChild("PropertyName")) ?? "");
    else if (parent.name === "Array" && isValue(at)) steps.unshift(indexIn(parent, at));
  }
  return steps;
}

function entryAt(value: JsonNode, index: number): Pick<Found, "value" | "name"> | null {
  if (value.name !== "Array") return null;
  let at = 0;
  for (const entry of entriesOf(value)) if (at++ === index) return { value: entry, name: null };
  return null;
}

function propertyAt(doc: Text, value: JsonNode, key: string): Pick<Found, "value" | "name"> | null {
  if (value.name !== "Object") return null;
  for (const property of propertiesOf(doc, value))
    if (property.key === key) return { value: property.value ?? property.name, name: property.name };
  return null;
}

function indexIn(list: JsonNode, node: JsonNode): number {
  let index = 0;
  for (const entry of entriesOf(list)) {
    if (entry.from >= node.from) break;
    index++;
  }
  return index;
}

function valueIn(node: JsonNode): JsonNode | null {
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (isValue(child)) return child;
  return null;
}

const VALUES = new Set(["Object", "Array", "String", "Number", "True", "False", "Null"]);

function isValue(node: JsonNode): boolean {
  return VALUES.has(node.name);
}
