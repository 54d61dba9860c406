/** The text of a copy as the verifier wants it, and what can be compared of it. */
export interface CopyText {
  /** A sealed receipt, if the text is one or could be made one. */
  sealed: string;
  /** True where the text held a receipt alone, and the seal was added here. */
  isSealAdded: boolean;
  /** The receipt as JSON reads it, for the comparison only; undefined where it is no JSON. */
  receipt: unknown;
}

/**
 * Takes pasted text. The text itself is kept as it is, because a repeated key or bytes after the end are
 * part of what is checked; parsing only tells which of the two forms it has.
 */
export function readCopy(text: string, seal: unknown): CopyText {
  const value = parse(text);
  if (!isObject(value)) return { sealed: text, isSealAdded: false, receipt: undefined };
  if ("receipt" in value || "seal" in value)
    return { sealed: text, isSealAdded: false, receipt: value.receipt };
  return { sealed: `{"receipt":${text},"seal":${JSON.stringify(seal)}}`, isSealAdded: true, receipt: value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is { receipt?: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
