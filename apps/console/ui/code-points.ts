/** Makes visible what a stranger's text hides: characters that show nothing, or that turn text around. */

export interface Run {
  text: string;
  /** Set where the run is one hidden character: its code point and, where it has one, its name. */
  hidden?: { codePoint: string; name: string | null };
}

/**
 * Controls, formats (bidi, zero width, tags), half surrogates, private and unassigned characters, line and
 * paragraph separators, fillers that look like spaces, and the selectors that can carry hidden text.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\u115f\u1160\u3164\uffa0]|[\u{e0100}-\u{e01ef}]/u;

const NAMES: { [codePoint: string]: string } = {
  "U+0000": "null",
  "U+0007": "bell",
  "U+0008": "backspace",
  "U+0009": "tab",
  "U+000A": "line feed",
  "U+000D": "carriage return",
  "U+001B": "escape",
  "U+00AD": "soft hyphen",
  "U+061C": "Arabic letter mark",
  "U+200B": "zero-width space",
  "U+200C": "zero-width non-joiner",
  "U+200D": "zero-width joiner",
  "U+200E": "left-to-right mark",
  "U+200F": "right-to-left mark",
  "U+2028": "line separator",
  "U+2029": "paragraph separator",
  "U+202A": "left-to-right embedding",
  "U+202B": "right-to-left embedding",
  "U+202C": "pop directional formatting",
  "U+202D": "left-to-right override",
  "U+202E": "right-to-left override",
  "U+2060": "word joiner",
  "U+2066": "left-to-right isolate",
  "U+2067": "right-to-left isolate",
  "U+2068": "first strong isolate",
  "U+2069": "pop directional isolate",
  "U+FEFF": "byte order mark",
};

/** @param keepsLines true where the text is shown on lines of its own, so that line feeds are no surprise */
export function revealHidden(text: string, keepsLines = false): Run[] {
  const runs: Run[] = [];
  let plain = "";
  for (const character of text) {
    if (!HIDDEN.test(character) || (keepsLines && character === "\n")) {
      plain += character;
      continue;
    }
    if (plain !== "") runs.push({ text: plain });
    plain = "";
    const codePoint = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    runs.push({ text: character, hidden: { codePoint, name: NAMES[codePoint] ?? null } });
  }
  if (plain !== "") runs.push({ text: plain });
  return runs;
}
