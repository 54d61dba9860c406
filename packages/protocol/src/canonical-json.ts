import { jsonPath } from "./strict-json.ts";

/**
 * Prints the one text of a value that is hashed and signed: RFC 8785 (JCS). No whitespace, keys sorted by
 * UTF-16 code units (3.2.3), numbers as ECMAScript prints them (3.2.2.3), strings with the shortest escapes
 * (3.2.2.2).
 *
 * `JSON.stringify` drops, changes or calls what it cannot print; two meanings could then share one hash.
 * So whatever is not plainly JSON is refused with `CanonicalJsonError`, naming a code and the path, and -0
 * with it (erratum 7920). `toJSON` is never called.
 */
export function canonicalJson(value: unknown): string {
  return write(value, [], 0, false);
}

/**
 * The same for a hashed body, where every number must be a safe integer: parties that print doubles
 * differently still print the same body. Measures travel as integers of a smaller unit, or as strings.
 */
export function canonicalBody(value: unknown): string {
  return write(value, [], 0, true);
}

/** One member of a hashed body, as `canonicalBody` prints it among the others. */
export function canonicalMember(key: string, value: unknown): string {
  return `${quote(key, [], 0)}:${write(value, [key], 1, true)}`;
}

export type CanonicalJsonCode =
  | "CANONICAL_UNDEFINED"
  | "CANONICAL_FUNCTION"
  | "CANONICAL_SYMBOL"
  | "CANONICAL_BIGINT"
  | "CANONICAL_NOT_FINITE"
  | "CANONICAL_NEGATIVE_ZERO"
  | "CANONICAL_NOT_INTEGER"
  | "CANONICAL_LONE_SURROGATE"
  | "CANONICAL_SPARSE_ARRAY"
  | "CANONICAL_NOT_PLAIN"
  | "CANONICAL_TOO_DEEP";

/** Why a value has no canonical text. */
export class CanonicalJsonError extends Error {
  override readonly name = "CanonicalJsonError";
  readonly code: CanonicalJsonCode;
  /** Where in the value, like `request.items[3]`; empty at the top. */
  readonly path: string;

  constructor(code: CanonicalJsonCode, path: string) {
    super(MESSAGES[code]);
    this.code = code;
    this.path = path;
  }
}

const MESSAGES = {
  CANONICAL_UNDEFINED: "Expected a value, not undefined; leave the key out or write null.",
  CANONICAL_FUNCTION: "Expected data, not a function; remove it.",
  CANONICAL_SYMBOL: "Expected data, not a symbol; remove it.",
  CANONICAL_BIGINT: "Expected a number, not a bigint; write it as a string.",
  CANONICAL_NOT_FINITE: "Expected a finite number; write null or a string instead.",
  CANONICAL_NEGATIVE_ZERO: "Expected 0 and not -0; write 0.",
  CANONICAL_NOT_INTEGER: "Expected an integer within ±(2^53-1) in a hashed body; write it as a string.",
  CANONICAL_LONE_SURROGATE: "Expected both halves of each surrogate pair; complete or remove the half.",
  CANONICAL_SPARSE_ARRAY: "Expected an array without holes; fill them with null.",
  CANONICAL_NOT_PLAIN: "Expected a plain object or array; turn it into one before hashing.",
  CANONICAL_TOO_DEEP: "Expected at most 64 levels and no cycle; flatten the value.",
} satisfies Record<CanonicalJsonCode, string>;

const MAX_DEPTH = 64;

type Steps = (string | number)[];

/** `steps[0..depth)` is the way to `value`; entries beyond `depth` are left over and mean nothing. */
function write(value: unknown, steps: Steps, depth: number, integersOnly: boolean): string {
  switch (typeof value) {
    case "string":
      return quote(value, steps, depth);
    case "number":
      // Zero of either sign falls through to the slow test.
      if (Number.isSafeInteger(value) && value !== 0) return `${value}`;
      return writeUnusualNumber(value, steps, depth, integersOnly);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth === MAX_DEPTH) refuse("CANONICAL_TOO_DEEP", steps, depth);
      return Array.isArray(value)
        ? writeArray(value, steps, depth, integersOnly)
        : writeObject(value, steps, depth, integersOnly);
    case "undefined":
      return refuse("CANONICAL_UNDEFINED", steps, depth);
    case "function":
      return refuse("CANONICAL_FUNCTION", steps, depth);
    case "symbol":
      return refuse("CANONICAL_SYMBOL", steps, depth);
    case "bigint":
      return refuse("CANONICAL_BIGINT", steps, depth);
  }
}

function writeObject(object: object, steps: Steps, depth: number, integersOnly: boolean): string {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) refuse("CANONICAL_NOT_PLAIN", steps, depth);
  if (Object.getOwnPropertySymbols(object).length > 0) refuse("CANONICAL_SYMBOL", steps, depth);

  const members = object as { [key: string]: unknown };
  const keys = sortKeys(Object.keys(members));
  let text = "{";
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (i > 0) text += ",";
    text += quote(key, steps, depth);
    steps[depth] = key;
    text += ":";
    text += write(members[key], steps, depth + 1, integersOnly);
  }
  return `${text}}`;
}

function writeArray(array: unknown[], steps: Steps, depth: number, integersOnly: boolean): string {
  if (Object.getPrototypeOf(array) !== Array.prototype) refuse("CANONICAL_NOT_PLAIN", steps, depth);
  let text = "[";
  for (let i = 0; i < array.length; i++) {
    steps[depth] = i;
    const item = array[i];
    if (item === undefined && !Object.hasOwn(array, i)) refuse("CANONICAL_SPARSE_ARRAY", steps, depth + 1);
    if (i > 0) text += ",";
    text += write(item, steps, depth + 1, integersOnly);
  }
  return `${text}]`;
}

/** Sorts in place by UTF-16 code units, which is what `<` compares. Most objects have few keys. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > 24) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let j = i;
    for (; j > 0 && (keys[j - 1] as string) > key; j--) keys[j] = keys[j - 1] as string;
    keys[j] = key;
  }
  return keys;
}

/** A string that needs no escape is printed as it stands; for the rest `JSON.stringify` has RFC 8785's. */
function quote(text: string, steps: Steps, depth: number): string {
  if (!needsCare(text)) return `"${text}"`;
  if (!text.isWellFormed()) refuse("CANONICAL_LONE_SURROGATE", steps, depth);
  return JSON.stringify(text);
}

/** Starting the regular expression costs more than walking a short string. Both name the same characters. */
function needsCare(text: string): boolean {
  if (text.length > 24) return /["\\\u0000-\u001f\ud800-\udfff]/.test(text);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit & 0xf800) === 0xd800) return true;
  }
  return false;
}

function writeUnusualNumber(value: number, steps: Steps, depth: number, integersOnly: boolean): string {
  if (!Number.isFinite(value)) refuse("CANONICAL_NOT_FINITE", steps, depth);
  if (Object.is(value, -0)) refuse("CANONICAL_NEGATIVE_ZERO", steps, depth);
  if (integersOnly && !Number.isSafeInteger(value)) refuse("CANONICAL_NOT_INTEGER", steps, depth);
  return `${value}`;
}

function refuse(code: CanonicalJsonCode, steps: Steps, depth: number): never {
  throw new CanonicalJsonError(code, jsonPath(steps.slice(0, depth)));
}
