/** JSON for programs, in ASCII: nothing that a stranger wrote can reach a terminal as anything but text. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
