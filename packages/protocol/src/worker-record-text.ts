import type { JsonNode } from "./strict-json.ts";

/**
 * Prints the text of a worker record whose SHA-256 is its record hash: what Python's
 * `json.dumps(record, sort_keys=True, separators=(",", ":"))` prints for what `json.loads` read, because
 * clients that enroll today hash it so (contract 6.6). `artifact_hash` at the top is left out: it is where
 * the hash itself stands. Deeper keys of that name stay.
 *
 * The node comes from `readStrictJsonWithLexemes`, which has refused -0, infinities and repeated keys; an
 * integer of any length is printed as it was written. Throws nothing.
 *
 * This is not RFC 8785: keys are sorted by code point, doubles are printed by Python's `repr`, and all but
 * printable ASCII is escaped. For everything else that we hash see `canonical-json.ts`.
 */
export function recordText(node: JsonNode): string {
  if (node.kind !== "object") return nodeText(node);
  return objectText(node.entries.filter(([key]) => key !== "artifact_hash"));
}

function nodeText(node: JsonNode): string {
  switch (node.kind) {
    case "object":
      return objectText(node.entries);
    case "array":
      return `[${node.items.map(nodeText).join(",")}]`;
    case "string":
      return stringText(node.value);
    case "number":
      return node.isInteger ? node.lexeme : doubleText(node.value);
    case "boolean":
      return node.value ? "true" : "false";
    case "null":
      return "null";
  }
}

function objectText(entries: [key: string, member: JsonNode][]): string {
  const sorted = entries.toSorted(([a], [b]) => compareCodePoints(a, b));
  return `{${sorted.map(([key, member]) => `${stringText(key)}:${nodeText(member)}`).join(",")}}`;
}

/** Python's `ensure_ascii`: seven short escapes, and \uXXXX for each UTF-16 unit outside space to tilde. */
function stringText(text: string): string {
  const escaped = text.replace(
    /[^ !#-[\]-~]/g,
    (unit) => SHORT_ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

const SHORT_ESCAPES: { [unit: string]: string | undefined } = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/**
 * Python's `repr` of a double. Its digits are ECMAScript's, the shortest that read back; only the form
 * differs: an exponent from 1e16 up and below 1e-4, of two digits at least, and `.0` where nothing follows.
 */
function doubleText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4))
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

/**
 * A surrogate stands for a code point above every other UTF-16 unit, though units from U+E000 on are larger.
 * So at the first difference the half of a pair is the greater.
 */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA === unitB) continue;
    const isHalfA = (unitA & 0xf800) === 0xd800;
    const isHalfB = (unitB & 0xf800) === 0xd800;
    return isHalfA === isHalfB ? unitA - unitB : isHalfA ? 1 : -1;
  }
  return a.length - b.length;
}
