import { type Field, keysOf, type Shape, shapeAt, type TextKind } from "./bundle-shape.ts";
import { expressionWords, fieldsOf } from "./expression-words.ts";
import type { Steps } from "./json-steps.ts";
import type { PolicyField, PolicyVariable } from "./rule-types.ts";

/** What a writer of bundles may be offered at a place: its keys, or its values. */

/** The ids that this tenant knows, and what expressions can see. */
export interface KnownWords {
  capabilities: readonly string[];
  species: readonly string[];
  controls: readonly string[];
  profiles: readonly string[];
  policies: readonly string[];
  variables: readonly PolicyVariable[];
}

export interface Word {
  /** What is written. */
  text: string;
  /** What it is for. */
  words: string;
  /** Of a key: the beginning of what follows it, with `$` where the cursor goes. */
  opens?: string;
  /** Of a value: it is written in quotes. */
  isText?: true;
}

/** The keys of an object at the end of the steps. */
export function keysAt(steps: Steps, known: KnownWords): Word[] {
  const given = givenPart(steps);
  if (given?.length === 0)
    return known.variables.map((variable) =>
      keyWord(variable.name, variable.description, "fields" in variable ? "{$}" : '"$"'),
    );
  if (given?.length === 1)
    return fieldsAt(given[0], known).map(({ name, description, type }) =>
      keyWord(name, description, type === "string" ? '"$"' : "$"),
    );
  const shape = shapeAt(steps);
  const keys = shape && keysOf(shape);
  return Object.entries(keys ?? {}).map(([key, field]) => keyWord(key, field.words, opening(field)));
}

/** The values that can be listed at the end of the steps. */
export function valuesAt(steps: Steps, known: KnownWords): Word[] {
  const given = givenPart(steps);
  if (given?.length === 2) {
    const field = fieldsAt(given[0], known).find(({ name }) => name === given[1]);
    if (field?.type === "bool") return flags("");
    return (field?.values ?? []).map((text) => ({ text, words: "", isText: true }));
  }
  const shape = shapeAt(steps);
  return shape === null ? [] : valuesOf(shape, known);
}

/** What may stand at the cursor of an expression; null where the place holds none. @param before the text up to the cursor */
export function expressionAt(
  steps: Steps,
  before: string,
  known: KnownWords,
): { words: Word[]; length: number } | null {
  const shape = shapeAt(steps);
  return shape?.is === "text" && shape.kind === "expression"
    ? expressionWords(before, known.variables)
    : null;
}

function valuesOf(shape: Shape, known: KnownWords): Word[] {
  switch (shape.is) {
    case "choice":
      return shape.values.map((text) => ({ text, words: "", isText: true }));
    case "flag":
      return flags("");
    case "condition":
      return valuesOf(shape.of, known);
    case "text":
      return textsOf(shape.kind, known).map((text) => ({ text, words: "", isText: true }));
    default:
      return [];
  }
}

function textsOf(kind: TextKind, known: KnownWords): readonly string[] {
  switch (kind) {
    case "capability":
      return known.capabilities;
    case "species":
      return known.species;
    case "control":
      return known.controls;
    case "profile":
      return known.profiles;
    case "policy":
      return known.policies;
    case "expression":
    case "words":
      return [];
  }
}

function opening({ shape }: Field): string {
  switch (shape.is) {
    case "object":
    case "open":
      return "{$}";
    case "list":
      return "[$]";
    case "text":
    case "choice":
      return '"$"';
    case "condition":
      return shape.of.is === "flag" ? "$" : '"$"';
    case "flag":
    case "number":
    case "per-environment":
      return "$";
  }
}

function keyWord(text: string, words: string, opens: string): Word {
  return { text, words, opens };
}

function flags(words: string): Word[] {
  return ["true", "false"].map((text) => ({ text, words }));
}

/** Where the steps lead inside what a test is given: the steps behind `given`. */
function givenPart(steps: Steps): Steps | null {
  return steps[0] === "policy_tests" && steps[2] === "given" ? steps.slice(3) : null;
}

function fieldsAt(variable: string | number | undefined, known: KnownWords): readonly PolicyField[] {
  return fieldsOf(known.variables.find(({ name }) => name === variable));
}
