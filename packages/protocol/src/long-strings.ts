import { jsonPath } from "./strict-json.ts";

/** Longer than this, in UTF-8, no string and no key may be that is not a worker's own business. */
export const STRING_MAX_BYTES = 16 * 1024;

const FOUND_MAX = 10;

/** Finds strings and keys over 16 kB. @returns the paths of at most ten, with what was expected there */
export function longStrings(value: unknown): { path: string; expected: string }[] {
  const found: { path: string; expected: string }[] = [];
  const look = (at: unknown, path: readonly (string | number)[]): void => {
    if (found.length === FOUND_MAX) return;
    if (typeof at === "string" && isLong(at)) found.push({ path: jsonPath(path) || "$", expected: EXPECTED });
    else if (Array.isArray(at)) for (const [index, item] of at.entries()) look(item, [...path, index]);
    else if (typeof at === "object" && at !== null)
      for (const [key, member] of Object.entries(at)) {
        // A key this long is not repeated: its object is named.
        if (isLong(key)) found.push({ path: jsonPath(path) || "$", expected: `${EXPECTED}, keys too` });
        else look(member, [...path, key]);
      }
  };
  look(value, []);
  return found;
}

const EXPECTED = "expected strings of at most 16 kB";
const utf8 = new TextEncoder();

/** A code unit has at most three bytes, so most strings need not be encoded to be known as short. */
function isLong(text: string): boolean {
  return text.length * 3 > STRING_MAX_BYTES && utf8.encode(text).length > STRING_MAX_BYTES;
}
