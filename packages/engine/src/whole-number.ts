/**
 * A number as a hashed body may hold it: a whole number as it is, any other as text. Adding 0 turns -0, which
 * has no canonical text (RFC 8785), into 0.
 */
export function wholeOrText(value: number): number | string {
  return Number.isSafeInteger(value) ? value + 0 : String(value);
}
