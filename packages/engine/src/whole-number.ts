/** A number as a hashed body may hold it: a whole number as it is, any other as text. */
export function wholeOrText(value: number): number | string {
  return Number.isSafeInteger(value) ? value : String(value);
}
