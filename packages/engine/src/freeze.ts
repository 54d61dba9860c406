/** Freezes one level and keeps the type: what a program shares with every decision must not change under it. */
export function freeze<T extends object>(value: T): T {
  Object.freeze(value);
  return value;
}
