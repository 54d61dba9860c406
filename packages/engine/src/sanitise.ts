/**
 * C0, DEL, C1, soft hyphen, zero-width characters, line and paragraph separators, bidi controls,
 * noncharacters, halves of surrogate pairs: the set that `isPrintable` of the protocol refuses.
 */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;
/** What nearly every text is, told in one quick look. */
const PLAIN = /^[\x20-\x7e]*$/;
const SHOWN_MAX = 256;

/** A stranger's text without the characters that forge log lines or turn text around on a screen. */
export function sanitise(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNPRINTABLE, "");
}

/** A stranger's text as a sentence may carry it: sanitised, and cut where it is long. */
export function shown(text: string): string {
  const clean = sanitise(text);
  return clean.length > SHOWN_MAX ? sanitise(`${clean.slice(0, SHOWN_MAX)}…`) : clean;
}

/** The first few of a list as a sentence may carry them. */
export function shownList(texts: readonly string[]): string {
  const first = texts.slice(0, 5).map(shown).join(", ");
  return texts.length > 5 ? `${first} and ${texts.length - 5} more` : first;
}
