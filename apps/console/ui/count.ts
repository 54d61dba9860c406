/** A whole number as people read it: `12,034`. The same on the server and in every browser. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}
