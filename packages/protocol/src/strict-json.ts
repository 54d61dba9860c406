/**
 * Reads JSON the way a Hall may trust it: one meaning per text, or a refusal.
 *
 * The grammar is RFC 8259; what I-JSON (RFC 7493 section 2) leaves ambiguous is refused: a repeated key,
 * half a surrogate pair, a noncharacter, a number a double cannot hold. So are -0 (RFC 8785, erratum 7920),
 * the keys that reach an object's prototype, and documents too deep or too wide. `JSON.parse` lets each of
 * these through or changes it silently. The text is the caller's and hostile; nothing is built from it
 * before it has been checked, and recursion ends at `maxDepth`.
 *
 * Throws `StrictJsonError`, with a code, the offset and the path of what was wrong. How long the text may be
 * is the transport's question.
 */
export function readStrictJson(text: string | Uint8Array, limits?: JsonLimits): StrictJson {
  const scanner = new Scanner(text, limits);
  const value = readValue(scanner);
  scanner.readEnd();
  return value;
}

/**
 * The same reading, for a worker record: each number keeps its lexeme, because the record's hash prints an
 * integer as it was written and a double as Python would (`worker-record-text.ts`). With `bigIntegers` an
 * integer may have any length: its lexeme is exact, its `value` only the nearest double (or infinite).
 */
export function readStrictJsonWithLexemes(
  text: string | Uint8Array,
  limits?: JsonLimits & { bigIntegers?: boolean },
): JsonNode {
  const scanner = new Scanner(text, limits, limits?.bigIntegers);
  const node = readNode(scanner);
  scanner.readEnd();
  return node;
}

/**
 * The value of a node, as `readStrictJson` would have returned it. An integer beyond ±(2^53-1), which that
 * reader refuses, comes as its lexeme: a string, so that no digit is lost and no number schema takes it.
 */
export function plainValue(node: JsonNode): StrictJson {
  switch (node.kind) {
    case "object": {
      const object: { [key: string]: StrictJson } = {};
      for (const [key, member] of node.entries) object[key] = plainValue(member);
      return object;
    }
    case "array":
      return node.items.map(plainValue);
    case "number":
      return node.isInteger && !Number.isSafeInteger(node.value) ? node.lexeme : node.value;
    case "null":
      return null;
    case "string":
    case "boolean":
      return node.value;
  }
}

export type StrictJson = string | number | boolean | null | StrictJson[] | { [key: string]: StrictJson };

export type JsonNode =
  | { kind: "object"; entries: [key: string, member: JsonNode][] }
  | { kind: "array"; items: JsonNode[] }
  | { kind: "string"; value: string }
  | { kind: "number"; lexeme: string; value: number; isInteger: boolean }
  | { kind: "boolean"; value: boolean }
  | { kind: "null" };

export type JsonLimits = {
  /** Objects and arrays inside one another; 32. It also bounds our recursion. */
  maxDepth?: number;
  /** Keys in the whole document; 1,000. */
  maxKeys?: number;
  /** Of any string or key, in UTF-16 code units after unescaping; unlimited. */
  maxStringLength?: number;
};

export type StrictJsonCode =
  | "JSON_NOT_UTF8"
  | "JSON_BOM"
  | "JSON_SYNTAX"
  | "JSON_DUPLICATE_KEY"
  | "JSON_TOO_DEEP"
  | "JSON_LONE_SURROGATE"
  | "JSON_NONCHARACTER"
  | "JSON_NEGATIVE_ZERO"
  | "JSON_NUMBER_RANGE"
  | "JSON_FORBIDDEN_KEY"
  | "JSON_TOO_MANY_KEYS"
  | "JSON_TOO_LONG_STRING"
  | "JSON_TRAILING";

/** Why a text was refused. The message never repeats the text. */
export class StrictJsonError extends Error {
  override readonly name = "StrictJsonError";
  readonly code: StrictJsonCode;
  /** Offset in UTF-16 code units from the start of the text. */
  readonly at: number;
  /** Where in the document, like `request.items[3]`; empty at the top. */
  readonly path: string;

  constructor(code: StrictJsonCode, message: string, at: number, path: string) {
    super(message);
    this.code = code;
    this.at = at;
    this.path = path;
  }
}

/** Prints the way to a value, like `request.items[3]["odd key"]`. A long key is cut: keys may be hostile. */
export function jsonPath(steps: readonly (string | number)[]): string {
  let path = "";
  for (const step of steps) {
    if (typeof step === "number") path += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]{0,63}$/.test(step)) path += path === "" ? step : `.${step}`;
    else path += `[${JSON.stringify(step.length > 64 ? `${step.slice(0, 63)}…` : step)}]`;
  }
  return path;
}

// Two builders over one scanner, which holds every rule. One builder behind an interface made the hot one
// a tenth slower and was no shorter.

function readValue(scanner: Scanner): StrictJson {
  switch (scanner.peek()) {
    case QUOTE:
      return scanner.readString();
    case OPEN_BRACE:
      return readObject(scanner);
    case OPEN_BRACKET:
      return readArray(scanner);
    case LOWER_T:
      return scanner.readWord("true", true);
    case LOWER_F:
      return scanner.readWord("false", false);
    case LOWER_N:
      return scanner.readWord("null", null);
    default:
      return scanner.readNumber();
  }
}

function readObject(scanner: Scanner): StrictJson {
  const object: { [key: string]: StrictJson } = {};
  if (!scanner.enter(CLOSE_BRACE)) return object;
  do {
    const key = scanner.readKey();
    // The first test is the fast one; a name like `toString` is inherited and needs the second.
    if (object[key] !== undefined && Object.hasOwn(object, key)) scanner.refuseKey("JSON_DUPLICATE_KEY");
    object[key] = readValue(scanner);
  } while (scanner.hasNext(CLOSE_BRACE));
  return object;
}

function readArray(scanner: Scanner): StrictJson {
  const items: StrictJson[] = [];
  if (!scanner.enter(CLOSE_BRACKET)) return items;
  do {
    scanner.markItem(items.length);
    items.push(readValue(scanner));
  } while (scanner.hasNext(CLOSE_BRACKET));
  return items;
}

function readNode(scanner: Scanner): JsonNode {
  switch (scanner.peek()) {
    case QUOTE:
      return { kind: "string", value: scanner.readString() };
    case OPEN_BRACE:
      return readObjectNode(scanner);
    case OPEN_BRACKET:
      return readArrayNode(scanner);
    case LOWER_T:
      return { kind: "boolean", value: scanner.readWord("true", true) };
    case LOWER_F:
      return { kind: "boolean", value: scanner.readWord("false", false) };
    case LOWER_N:
      scanner.readWord("null", null);
      return { kind: "null" };
    default: {
      const start = scanner.at;
      const value = scanner.readNumber();
      const lexeme = scanner.text.slice(start, scanner.at);
      return { kind: "number", lexeme, value, isInteger: !/[.eE]/.test(lexeme) };
    }
  }
}

function readObjectNode(scanner: Scanner): JsonNode {
  const entries: [string, JsonNode][] = [];
  if (!scanner.enter(CLOSE_BRACE)) return { kind: "object", entries };
  const seen = new Set<string>();
  do {
    const key = scanner.readKey();
    if (seen.has(key)) scanner.refuseKey("JSON_DUPLICATE_KEY");
    seen.add(key);
    entries.push([key, readNode(scanner)]);
  } while (scanner.hasNext(CLOSE_BRACE));
  return { kind: "object", entries };
}

function readArrayNode(scanner: Scanner): JsonNode {
  const items: JsonNode[] = [];
  if (!scanner.enter(CLOSE_BRACKET)) return { kind: "array", items };
  do {
    scanner.markItem(items.length);
    items.push(readNode(scanner));
  } while (scanner.hasNext(CLOSE_BRACKET));
  return { kind: "array", items };
}

/** Reads tokens and keeps every rule; what is made of the tokens is the builders' business. */
class Scanner {
  readonly text: string;
  at = 0;
  private depth = 0;
  private keys = 0;
  private keyAt = 0;
  /** The way to the value being read: the first `depth` steps, the last one undefined before its key. */
  private readonly steps: (string | number | undefined)[] = [];
  private readonly maxDepth: number;
  private readonly maxKeys: number;
  private readonly maxStringLength: number;
  private readonly bigIntegers: boolean;

  constructor(text: string | Uint8Array, limits?: JsonLimits, bigIntegers = false) {
    this.text = typeof text === "string" ? text : decodeUtf8(text);
    this.maxDepth = limits?.maxDepth ?? 32;
    this.maxKeys = limits?.maxKeys ?? 1000;
    this.maxStringLength = limits?.maxStringLength ?? Number.POSITIVE_INFINITY;
    this.bigIntegers = bigIntegers;
    if (this.text.charCodeAt(0) === 0xfeff)
      this.refuse("JSON_BOM", "Expected JSON without a byte order mark; remove U+FEFF from the start.", 0);
  }

  /** The next code unit that is not whitespace, left in place; NaN at the end. */
  peek(): number {
    let unit = this.text.charCodeAt(this.at);
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09)
      unit = this.text.charCodeAt(++this.at);
    return unit;
  }

  readEnd(): void {
    if (!Number.isNaN(this.peek()))
      this.refuse("JSON_TRAILING", "Expected nothing after the JSON value; remove what follows it.");
  }

  /** Steps into an object or array; false if it is empty, and then it has been left again. */
  enter(close: number): boolean {
    if (++this.depth > this.maxDepth) {
      this.depth--;
      this.refuse(
        "JSON_TOO_DEEP",
        `Expected at most ${this.maxDepth} levels of nesting; flatten the document.`,
      );
    }
    this.steps[this.depth - 1] = undefined;
    this.at++;
    if (this.peek() !== close) return true;
    this.at++;
    this.depth--;
    return false;
  }

  /** Steps over a comma, or out of the object or array. */
  hasNext(close: number): boolean {
    const unit = this.peek();
    if (unit === COMMA) {
      this.at++;
      return true;
    }
    if (unit !== close) this.refuseSyntax(close === CLOSE_BRACE ? "a comma or }" : "a comma or ]");
    this.at++;
    this.depth--;
    return false;
  }

  markItem(index: number): void {
    this.steps[this.depth - 1] = index;
  }

  /** Reads a key and its colon. Whether the key is new only the builder knows. */
  readKey(): string {
    this.steps[this.depth - 1] = undefined;
    if (this.peek() !== QUOTE) this.refuseSyntax("a key in double quotes");
    this.keyAt = this.at;
    const key = this.readString();
    this.steps[this.depth - 1] = key;
    if (key === "__proto__" || key === "constructor" || key === "prototype")
      this.refuseKey("JSON_FORBIDDEN_KEY");
    if (++this.keys > this.maxKeys) this.refuseKey("JSON_TOO_MANY_KEYS");
    if (this.peek() !== COLON) this.refuseSyntax("a colon after the key");
    this.at++;
    return key;
  }

  /** Refuses the key just read. */
  refuseKey(code: "JSON_DUPLICATE_KEY" | "JSON_FORBIDDEN_KEY" | "JSON_TOO_MANY_KEYS"): never {
    const message = {
      JSON_DUPLICATE_KEY: "Expected each key once in an object; remove or rename the repeated one.",
      JSON_FORBIDDEN_KEY: "Expected a key other than __proto__, constructor and prototype; rename it.",
      JSON_TOO_MANY_KEYS: `Expected at most ${this.maxKeys} keys in the whole document; send fewer.`,
    };
    this.refuse(code, message[code], this.keyAt);
  }

  readWord<Value>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.at)) this.refuseSyntax("a value");
    this.at += word.length;
    return value;
  }

  /** Reads the string whose opening quote is here. Most have no escape and are one slice of the text. */
  readString(): string {
    const { text } = this;
    const start = this.at + 1;
    let at = start;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        if (at - start > this.maxStringLength) this.refuseLength();
        this.at = at + 1;
        return text.slice(start, at);
      }
      if (unit === BACKSLASH) return this.readEscapedString(start, at);
      if (unit >= 0x20 && unit < 0xd800) at++;
      else at = this.skipUnusualUnit(unit, at);
    }
  }

  private readEscapedString(start: number, firstEscape: number): string {
    const { text } = this;
    let value = "";
    let sliceStart = start;
    let at = firstEscape;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        value += text.slice(sliceStart, at);
        if (value.length > this.maxStringLength) this.refuseLength();
        this.at = at + 1;
        return value;
      }
      if (unit !== BACKSLASH) {
        if (unit >= 0x20 && unit < 0xd800) at++;
        else at = this.skipUnusualUnit(unit, at);
        continue;
      }
      value += text.slice(sliceStart, at);
      const escaped = text.charCodeAt(at + 1);
      if (escaped === LOWER_U) {
        const high = this.readHex(at);
        // An escaped half needs an escaped half: the other one, written raw, would not be UTF-8.
        const isPair = high >= 0xd800 && high < 0xdc00 && text.startsWith("\\u", at + 6);
        const low = isPair ? this.readHex(at + 6) : Number.NaN;
        this.checkCharacter(high, low, at);
        value += isPair ? String.fromCharCode(high, low) : String.fromCharCode(high);
        at += isPair ? 12 : 6;
      } else {
        const plain = ESCAPES[text[at + 1] ?? ""];
        if (plain === undefined) this.refuseSyntax('one of "\\/bfnrtu after the backslash', at + 1);
        value += plain;
        at += 2;
      }
      sliceStart = at;
    }
  }

  /** Checks a raw character that is not of the usual kind; returns the offset after it. */
  private skipUnusualUnit(unit: number, at: number): number {
    if (unit < 0x20) this.refuseSyntax("an escape like \\n or \\u0000 instead of a control character", at);
    if (Number.isNaN(unit)) this.refuseSyntax("a double quote that ends the string", at);
    const isHigh = unit < 0xdc00;
    this.checkCharacter(unit, isHigh ? this.text.charCodeAt(at + 1) : Number.NaN, at);
    return isHigh ? at + 2 : at + 1;
  }

  /** `low` is NaN except after a high surrogate. The bit tests find U+FFFE and U+FFFF in every plane. */
  private checkCharacter(unit: number, low: number, at: number): void {
    const isSurrogate = (unit & 0xf800) === 0xd800;
    if (isSurrogate && !(low >= 0xdc00 && low < 0xe000))
      this.refuse(
        "JSON_LONE_SURROGATE",
        "Expected both halves of a surrogate pair; complete or remove it.",
        at,
      );
    const isNoncharacter = isSurrogate
      ? (unit & 0x3f) === 0x3f && (low & 0x3fe) === 0x3fe
      : unit >= 0xfffe || (unit >= 0xfdd0 && unit <= 0xfdef);
    if (isNoncharacter)
      this.refuse("JSON_NONCHARACTER", "Expected a character, not a Unicode noncharacter; remove it.", at);
  }

  private readHex(at: number): number {
    const digits = this.text.slice(at + 2, at + 6);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) this.refuseSyntax("four hexadecimal digits after \\u", at + 2);
    return Number.parseInt(digits, 16);
  }

  /** Reads a number, or refuses whatever else stands here: this is the last kind of value tried. */
  readNumber(): number {
    const { text } = this;
    const start = this.at;
    const isNegative = text.charCodeAt(start) === MINUS;
    const firstDigit = isNegative ? start + 1 : start;
    let at = firstDigit;
    let value = 0;
    let unit = text.charCodeAt(at);
    while (unit >= DIGIT_0 && unit <= DIGIT_9) {
      value = value * 10 + (unit - DIGIT_0);
      unit = text.charCodeAt(++at);
    }
    if (at === firstDigit) this.refuseSyntax(isNegative ? "a digit after the minus sign" : "a value", at);
    if (text.charCodeAt(firstDigit) === DIGIT_0 && at > firstDigit + 1)
      this.refuseSyntax("a number without leading zeros", firstDigit);

    if (unit === DOT || unit === LOWER_E || unit === UPPER_E) {
      at = this.skipFractionAndExponent(at);
      const lexeme = text.slice(firstDigit, at);
      value = Number(lexeme);
      const isLost = value === 0 && /^[0.]*[1-9]/.test(lexeme);
      if (value === Number.POSITIVE_INFINITY || isLost)
        this.refuse("JSON_NUMBER_RANGE", "Expected a number that a double can hold; send it as a string.");
    } else if (at - firstDigit > 15) {
      // From 16 digits on the sum above has rounded. No integer outside the range rounds into it.
      value = Number(text.slice(firstDigit, at));
      if (!Number.isSafeInteger(value) && !this.bigIntegers)
        this.refuse("JSON_NUMBER_RANGE", "Expected an integer within ±(2^53-1); send it as a string.");
    }

    if (value === 0 && isNegative)
      this.refuse("JSON_NEGATIVE_ZERO", "Expected 0 and not -0; remove the minus sign.");
    this.at = at;
    return isNegative ? -value : value;
  }

  private skipFractionAndExponent(start: number): number {
    let at = start;
    if (this.text.charCodeAt(at) === DOT) at = this.skipDigits(at + 1);
    const unit = this.text.charCodeAt(at);
    if (unit !== LOWER_E && unit !== UPPER_E) return at;
    const sign = this.text.charCodeAt(at + 1);
    return this.skipDigits(sign === PLUS || sign === MINUS ? at + 2 : at + 1);
  }

  private skipDigits(start: number): number {
    let at = start;
    let unit = this.text.charCodeAt(at);
    while (unit >= DIGIT_0 && unit <= DIGIT_9) unit = this.text.charCodeAt(++at);
    if (at === start) this.refuseSyntax("a digit", at);
    return at;
  }

  private refuseLength(): never {
    const message = `Expected strings of at most ${this.maxStringLength} characters; shorten this one.`;
    this.refuse("JSON_TOO_LONG_STRING", message);
  }

  private refuseSyntax(expected: string, at = this.at): never {
    this.refuse("JSON_SYNTAX", `Expected ${expected}; correct the JSON at offset ${at}.`, at);
  }

  private refuse(code: StrictJsonCode, message: string, at = this.at): never {
    const steps = this.steps.slice(0, this.depth).filter((step) => step !== undefined);
    throw new StrictJsonError(code, message, at, jsonPath(steps));
  }
}

// `ignoreBOM` leaves a byte order mark in the text, where it is seen and refused.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    const message = "Expected UTF-8; encode the text as UTF-8 before sending it.";
    throw new StrictJsonError("JSON_NOT_UTF8", message, firstUndecodable(bytes), "");
  }
}

/** Where a decoder first put U+FFFD for bytes that do not say U+FFFD. */
function firstUndecodable(bytes: Uint8Array): number {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  for (let at = 0, byteAt = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isWritten = bytes[byteAt] === 0xef && bytes[byteAt + 1] === 0xbf && bytes[byteAt + 2] === 0xbd;
    if (unit === 0xfffd && !isWritten) return at;
    byteAt += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return text.length;
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const ESCAPES: { [escaped: string]: string | undefined } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
