import { describe, expect, it } from "vitest";
import { splitSentences } from "../src/sentences.ts";

describe("splitSentences", () => {
  it("ends a sentence at a full stop, a question, an exclamation, with what closes it", () => {
    expect(
      splitSentences('The hall is open. Is it? It is! "Come in," she said. (So he did.) And they sat…'),
    ).toEqual([
      "The hall is open.",
      "Is it?",
      "It is!",
      '"Come in," she said.',
      "(So he did.)",
      "And they sat…",
    ]);
  });

  it("does not end one at an abbreviation, an initial, a number or a name", () => {
    for (const sentence of [
      "Dr. Smith met Mrs. Jones at St. Mary's.",
      "It needs a signer, e.g. a token, i.e. hardware.",
      "J. R. Tolkien wrote to the U.S. embassy about it.",
      "The file is 1.5 MB and lies at example.org since v2.0.1 came out.",
      "See Fig. 3 and No. 5 of Mihalcea et al. for the proof.",
      "The offices of Acme Inc. are closed on Sundays.",
    ])
      expect(splitSentences(sentence)).toEqual([sentence]);
  });

  it("ends one at a word that only looks like an abbreviation", () => {
    expect(splitSentences("It answers yes or no. Either answer is signed.")).toHaveLength(2);
    expect(splitSentences("The office opens at 9 a.m. Nobody is there.")).toHaveLength(2);
    expect(splitSentences("It serves until you press Ctrl-C. Everything is kept.")).toHaveLength(2);
    expect(splitSentences("Read the page. `npm test` runs the tests.")).toEqual([
      "Read the page.",
      "npm test runs the tests.",
    ]);
    expect(splitSentences("Read the page. docs/adr.md says more.")).toHaveLength(2);
  });

  it("goes on over a line end, and stops at an empty line", () => {
    expect(
      splitSentences("One sentence goes\non over lines.\n\nAnother one has no stop\n\nA third."),
    ).toEqual(["One sentence goes on over lines.", "Another one has no stop", "A third."]);
    expect(splitSentences("One sentence goes\r\non over lines.\r\rAnother.")).toHaveLength(1);
  });

  it("reads other scripts", () => {
    expect(splitSentences("これは要約です。次の文もあります。本当ですか？")).toHaveLength(3);
    expect(splitSentences("Où est-elle ? Élodie est là. Это предложение. Вот другое.")).toHaveLength(4);
  });

  it("has none where there is none", () => {
    for (const text of ["", " \n\t ", "...", "12. 13. 14.", "# Title", "---", "word", "?!"])
      expect(splitSentences(text), text).toEqual([]);
  });
});

describe("of Markdown", () => {
  it("headings are no sentences, nor code, tables, rules, definitions and tags", () => {
    const text = `
# A heading of many words. It has two sentences.

Underlined headings too
=======================

And these as well
-----------------

First real sentence here.
\`\`\`ts
const code = "No sentence. Not this one either.";
\`\`\`
Second real sentence here.

~~~
More code. \`\`\` It does not end here.
~~~

    indented code. It is skipped.

| a table | with cells. Yes. |
|---|---|

***

[link]: https://example.org/ "No sentence."
<br/>

## Another heading ##
Third real sentence here.
`;
    expect(splitSentences(text)).toEqual([
      "First real sentence here.",
      "Second real sentence here.",
      "Third real sentence here.",
    ]);
  });

  it("a fence that is never closed swallows the rest, and nothing before it", () => {
    expect(splitSentences("Said before it.\n```\nNot said. Not said.")).toEqual(["Said before it."]);
    expect(splitSentences("````\n```\nCode in it.\n````\nSaid after it.")).toEqual(["Said after it."]);
  });

  it("each item of a list stands for itself; a quote reads on", () => {
    const text =
      "- First item here\n- Second item here\n  goes on\n1. Third item here\n* [x] Fourth item here\n\n> A quote that\n> goes on.";
    expect(splitSentences(text)).toEqual([
      "First item here",
      "Second item here goes on",
      "Third item here",
      "Fourth item here",
      "A quote that goes on.",
    ]);
  });

  it("links and emphasis keep their words and lose their marks; images go", () => {
    expect(
      splitSentences(
        "The **signed** [receipt](https://example.org/a.b) is _here_, in `code.ts`. ![A picture.](x.png) See [it][1] ~~now~~.",
      ),
    ).toEqual(["The signed receipt is _here_, in code.ts.", "See it now."]);
  });
});

describe("of hostile text", () => {
  it("nothing unprintable comes through", () => {
    const [sentence, ...more] = splitSentences(
      "A\u0000 \u001b[31mred\u0007 word\u202e turned\u200b and\ud800 a \u009bhalf\ufeff.",
    );
    expect(more).toEqual([]);
    expect(sentence).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\ufeff]/);
    expect(sentence!.isWellFormed()).toBe(true);
  });

  it("line and paragraph separators are line ends", () => {
    expect(splitSentences("# Heading\u2028Some sentence here.\u2029\u2029Another one here.")).toHaveLength(2);
  });
});
