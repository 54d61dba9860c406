import type { Completion, CompletionResult } from "@codemirror/autocomplete";
import type { Text } from "@codemirror/state";
import { expressionAt, type KnownWords, keysAt, valuesAt, type Word } from "./bundle-words.ts";
import { type JsonNode, type JsonTree, propertiesOf, stepsTo, stringAt } from "./json-tree.ts";

/**
 * What can be written at a place of a bundle: keys, values that can be listed, known ids, and inside of an
 * expression the variables that it may name.
 * @param isAsked true where the author asked for it; otherwise nothing is offered between the words
 */
export function completeBundle(
  doc: Text,
  tree: JsonTree,
  pos: number,
  known: KnownWords,
  isAsked: boolean,
): CompletionResult | null {
  const at = tree.resolveInner(pos, -1);
  if (at.name === "PropertyName" && isInside(at, pos)) return keyResult(doc, at, known);
  if (at.name === "String" && isInside(at, pos)) return textResult(doc, at, pos, known);
  if (!isAsked) return null;
  return betweenResult(doc, at, pos, known);
}

/** Inside the quotes of a key. */
function keyResult(doc: Text, name: JsonNode, known: KnownWords): CompletionResult | null {
  const object = name.parent?.parent;
  if (object?.name !== "Object") return null;
  const own = stringAt(doc, name);
  const taken = new Set([...propertiesOf(doc, object)].map(({ key }) => key).filter((key) => key !== own));
  const hasValue = /^\s*:/.test(doc.sliceString(name.to, name.to + 64));
  const options = keysAt(stepsTo(doc, object), known)
    .filter(({ text }) => !taken.has(text))
    .map((word, index) => option(word, hasValue ? word.text : null, index));
  return result(name.from + 1, name.to - 1, options);
}

/** Inside the quotes of a value. */
function textResult(doc: Text, value: JsonNode, pos: number, known: KnownWords): CompletionResult | null {
  const steps = stepsTo(doc, value);
  const inExpression = expressionAt(steps, doc.sliceString(value.from + 1, pos), known);
  if (inExpression) {
    const { words, length } = inExpression;
    if (words.length === 0) return null;
    return { from: pos - length, options: words.map((word) => option(word, word.text)), validFor: /^\w*$/ };
  }
  const options = valuesAt(steps, known).map((word) => option(word, word.text));
  return result(value.from + 1, value.to - 1, options);
}

/** Where nothing is written yet: after a colon, in an empty list, between the braces. */
function betweenResult(doc: Text, at: JsonNode, pos: number, known: KnownWords): CompletionResult | null {
  const typed = /[A-Za-z_]*$/.exec(doc.sliceString(Math.max(0, pos - 64), pos))?.[0] ?? "";
  const from = pos - typed.length;
  const property = enclosing(at, "Property");
  const container = enclosing(at, "Object", "Array");
  if (property !== null && (container === null || container.from < property.from)) {
    // Behind a colon, and nothing there.
    const steps = [...stepsTo(doc, property), stringAt(doc, property.getChild("PropertyName")) ?? ""];
    return result(from, pos, valuesAt(steps, known).map(written));
  }
  if (container === null) return null;
  const steps = stepsTo(doc, container);
  if (container.name === "Array") return result(from, pos, valuesAt([...steps, 0], known).map(written));
  const taken = new Set([...propertiesOf(doc, container)].map(({ key }) => key));
  const words = keysAt(steps, known).filter(({ text }) => !taken.has(text));
  return result(
    from,
    pos,
    words.map((word, index) => option(word, null, index)),
  );
}

function written(word: Word): Completion {
  return option(word, word.isText ? JSON.stringify(word.text) : word.text);
}

/** @param apply what is written; null for a key with its colon and the beginning of its value */
function option(word: Word, apply: string | null, place = 0): Completion {
  return {
    label: word.text,
    ...(word.words && { info: word.words }),
    type: word.opens === undefined ? "constant" : "property",
    // Keys stay in the order in which a bundle is read.
    boost: word.opens === undefined ? 0 : -place,
    apply:
      apply ??
      ((view, _completion, from, to) => {
        // An earlier quote belongs to the key; what it opens is closed behind the cursor.
        const before = view.state.sliceDoc(from - 1, from) === '"' ? 1 : 0;
        const after = view.state.sliceDoc(to, to + 1) === '"' ? 1 : 0;
        const [head, tail = ""] = (word.opens ?? "$").split("$");
        const insert = `"${word.text}": ${head}${tail}`;
        view.dispatch({
          changes: { from: from - before, to: to + after, insert },
          selection: { anchor: from - before + insert.length - tail.length },
          userEvent: "input.complete",
        });
      }),
  };
}

function result(from: number, to: number, options: Completion[]): CompletionResult | null {
  return options.length === 0 ? null : { from, to, options, validFor: /^[\w.*-]*$/ };
}

function isInside(node: JsonNode, pos: number): boolean {
  return node.from < pos && pos < node.to;
}

function enclosing(node: JsonNode, ...names: string[]): JsonNode | null {
  for (let at: JsonNode | null = node; at !== null; at = at.parent) if (names.includes(at.name)) return at;
  return null;
}
