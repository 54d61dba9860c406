/**
 * The sentences of a text in plain or Markdown form, in order. Headings, code, tables and rules are no
 * sentences; list items and quotes are read as what they say. One pass over the text: each expression below is
 * linear, whatever the text.
 */
export function splitSentences(text: string): string[] {
  return paragraphs(text).flatMap(sentencesOf);
}

/** Control characters, bidi controls and the like: a summary is shown to people and written to logs. */
const UNPRINTABLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

/** Blocks of running text, each on one line. */
function paragraphs(text: string): string[] {
  const lines = text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    .replaceAll(UNPRINTABLE, " ")
    .split("\n");
  const found: string[] = [];
  let current: string[] = [];
  const end = () => {
    if (current.length > 0) found.push(current.join(" "));
    current = [];
  };

  let fence: string | null = null;
  for (const [at, line] of lines.entries()) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence !== null) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
      continue;
    }
    if (mark !== undefined) {
      end();
      fence = mark;
      continue;
    }
    if (isNoSentence(line, current.length > 0, lines[at + 1] ?? "")) {
      end();
      continue;
    }
    // A list item begins a block of its own.
    if (/^\s{0,12}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(line)) end();
    const said = plainText(line);
    if (said !== "") current.push(said);
  }
  end();
  return found;
}

/** Blank lines, headings, rules, tables, indented code, link definitions, bare tags. */
function isNoSentence(line: string, isInParagraph: boolean, next: string): boolean {
  const trimmed = line.trim();
  if (trimmed === "" || /^#{1,6}(?:\s|$)/.test(trimmed) || /^[-=*_ ]{3,}$/.test(trimmed)) return true;
  if (trimmed.startsWith("|") || /^\[[^\]]{1,999}\]:/.test(trimmed) || /^<[^>]{1,999}>$/.test(trimmed))
    return true;
  if (!isInParagraph && /^(?: {4}|\t)/.test(line)) return true;
  // Underlined: the other way to write a heading.
  return !isInParagraph && /^ {0,3}(?:=+|-{2,})\s*$/.test(next);
}

/**
 * A line without its Markdown: the words of links and emphasis stay, addresses and images go. Code keeps its
 * marks until sentences are found, because one may begin with a name in lower case.
 */
function plainText(line: string): string {
  return line
    .replace(/^[\s>]{0,64}(?:[-*+]|\d{1,9}[.)])?\s+(?:\[[ xX]\]\s)?/, "")
    .replaceAll(/!\[[^\][]{0,999}\]\([^()\s]{0,999}\)/g, "")
    .replaceAll(/\[([^\][]{1,999})\](?:\([^()\s]{0,999}\)|\[[^\][]{0,99}\])/g, "$1")
    .replaceAll(/(?:\*{1,3}|_{2,3}|~~)(?=\S)|(?<=\S)(?:\*{1,3}|_{2,3}|~~)/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

const words = (list: string) => new Set(list.split(" "));

/** Words whose full stop does not end a sentence. */
const ABBREVIATIONS = words(
  "mr mrs ms dr prof st sr jr gen col lt sgt rev hon pres gov inc ltd co corp dept est vs etc e.g i.e eg ie cf al " +
    "ca approx jan feb mar apr jun jul aug sep sept oct nov dec a.m p.m u.s u.k u.n e.u ph.d b.sc m.sc z.b d.h u.a " +
    "bzw usw",
);
/** These only before a number: "No. 5", but "yes or no." */
const BEFORE_NUMBERS = words("no nos nr fig figs eq eqs sec ch art vol p pp ed");
/** These may stand last as well; then what follows begins with a capital. */
const MAY_END = words("etc inc ltd co corp jr sr a.m p.m u.s u.k u.n e.u al usw");

function sentencesOf(paragraph: string): string[] {
  const found: string[] = [];
  let start = 0;
  for (const { index, 0: mark } of paragraph.matchAll(/[.!?…。！？]{1,16}["'”’»)\]]{0,4}/g)) {
    const end = index + mark.length;
    if (end <= start || !endsSentence(paragraph, start, index, end)) continue;
    found.push(paragraph.slice(start, end));
    start = end;
  }
  found.push(paragraph.slice(start));
  // A lone number, mark or word is a label, not a sentence.
  return found
    .map((sentence) => sentence.replaceAll(/`{1,3}/g, "").trim())
    .filter((sentence) => /\p{L}\P{L}+\p{L}|\p{Lo}{4}/u.test(sentence));
}

function endsSentence(text: string, start: number, at: number, end: number): boolean {
  if (end === text.length || /[。！？]/.test(text[at]!)) return true;
  const next = text.slice(end, end + 48);
  // "1.5", "example.org", "e.g.," and "U.S." in its middle have no blank behind.
  if (!/^\s/.test(next)) return false;
  const first = /^\s+["'“‘«([]{0,4}(.)/u.exec(next)?.[1] ?? "";
  // A name in lower case, like docs/adr.md, may begin a sentence; a word may not.
  if (/\p{Ll}/u.test(first) && !/^\s+[^\s/._]{1,32}[/._][^\s.]/.test(next)) return false;
  if (text[at] !== ".") return true;
  const [, before = "", word = ""] =
    /([^\p{L}\p{N}.]?)([\p{L}\p{N}.]{1,24})$/u.exec(text.slice(Math.max(start, at - 25), at)) ?? [];
  // One capital is an initial, as in J. Smith; not so in "press Ctrl-C."
  if (/^\p{Lu}$/u.test(word)) return before === "-" || before === "`";
  const lower = word.toLowerCase();
  if (BEFORE_NUMBERS.has(lower)) return !/\p{N}/u.test(first);
  return !ABBREVIATIONS.has(lower) || (MAY_END.has(lower) && /\p{Lu}/u.test(first));
}
