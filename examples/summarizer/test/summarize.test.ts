import { describe, expect, it } from "vitest";
import { summarize } from "../src/summarize.ts";
import { rankSentences } from "../src/text-rank.ts";

const CHANGES = `
# Release notes

The receipt of a decision is signed by the key of the Hall. A receipt names the rule, the worker and the score of the decision.
The garden was quiet in the morning. Every receipt is a leaf of the log, and the key of the Hall signs the root of the log.
Lunch was served at noon. Whoever holds the key of the Hall can verify a receipt of any decision without asking the Hall.
Some birds sang.
`;

describe("summarize", () => {
  it("takes the sentences that resemble most others, and leaves out those that resemble none", () => {
    const { summary, sentences, sentence_count } = summarize(CHANGES, 4);
    expect(sentence_count).toBe(7);
    expect(sentences.map(({ index }) => index)).toEqual([0, 1, 3, 5]);
    expect(summary).not.toMatch(/garden|Lunch|birds|Release/);
    const scores = sentences.map(({ score }) => score);
    expect(Math.min(...scores)).toBeGreaterThan(0.15);
    expect(summary).toBe(sentences.map(({ text }) => text).join(" "));
  });

  it("takes the one that is in the middle of it all when one is asked for", () => {
    const text =
      "Cats and dogs live in this house. Dogs and birds live in that house. Cats, dogs and birds live in every house of the street. Rain fell on the sea.";
    expect(summarize(text, 1).sentences).toMatchObject([{ index: 2 }]);
  });

  it("keeps the order of the text, not of the scores", () => {
    for (let count = 1; count <= 7; count++) {
      const indices = summarize(CHANGES, count).sentences.map(({ index }) => index);
      expect(indices).toEqual(indices.toSorted((a, b) => a - b));
      expect(indices).toHaveLength(count);
    }
  });

  it("is a part of the text: every sentence stands there", () => {
    const flat = CHANGES.replaceAll(/\s+/g, " ");
    for (const { text } of summarize(CHANGES, 7).sentences) expect(flat).toContain(text);
  });

  it("gives all of a text that is shorter than asked for, and nothing of one without a sentence", () => {
    expect(summarize("One short text. It has two sentences.", 20)).toMatchObject({
      summary: "One short text. It has two sentences.",
      sentence_count: 2,
    });
    expect(summarize("# Only a heading", 3)).toEqual({ summary: "", sentences: [], sentence_count: 0 });
  });

  it("says a repeated sentence once, and prefers the earlier of two that say as much", () => {
    const text = "The same words stand here. ".repeat(50);
    expect(summarize(text, 3)).toMatchObject({ sentence_count: 50, sentences: [{ index: 0 }] });
    const twins = "Alpha beta gamma delta. Delta gamma beta alpha. Gamma alpha delta beta.";
    expect(summarize(twins, 2).sentences.map(({ index }) => index)).toEqual([0, 1]);
  });

  it("gives the same summary for the same text, every time", () => {
    const first = JSON.stringify(summarize(CHANGES, 3));
    for (let i = 0; i < 20; i++) expect(JSON.stringify(summarize(CHANGES, 3))).toBe(first);
    expect(summarize(CHANGES, 3)).toMatchInlineSnapshot(`
      {
        "sentence_count": 7,
        "sentences": [
          {
            "index": 0,
            "score": 1.225262,
            "text": "The receipt of a decision is signed by the key of the Hall.",
          },
          {
            "index": 3,
            "score": 0.913837,
            "text": "Every receipt is a leaf of the log, and the key of the Hall signs the root of the log.",
          },
          {
            "index": 5,
            "score": 1.133607,
            "text": "Whoever holds the key of the Hall can verify a receipt of any decision without asking the Hall.",
          },
        ],
        "summary": "The receipt of a decision is signed by the key of the Hall. Every receipt is a leaf of the log, and the key of the Hall signs the root of the log. Whoever holds the key of the Hall can verify a receipt of any decision without asking the Hall.",
      }
    `);
  });

  it("takes sentences from all parts of a text of thousands", () => {
    const text = Array.from({ length: 3000 }, (_, i) => `Line ${i % 7} of words ${i}.`).join(" ");
    const { sentences, sentence_count } = summarize(text, 20);
    expect(sentence_count).toBe(3000);
    expect(sentences).toHaveLength(20);
  });
});

describe("the scores", () => {
  it("are those of the paper's formula, worked out by hand for a triangle and a loner", () => {
    // Three sentences that share two words of three pairwise: equal weights, so each is 1. The loner is 0.15.
    const scores = rankSentences([
      "red green blue",
      "green blue red",
      "blue red green",
      "yellow purple orange",
    ]);
    expect(scores).toEqual([1, 1, 1, 0.15]);
  });

  it("of a star: the middle collects what the ends give", () => {
    // Solved: m = 0.15 + 0.85·2e, e = 0.15 + 0.85·m/2.
    const m = (0.15 + 0.85 * 2 * 0.15) / (1 - 0.85 ** 2);
    const e = 0.15 + (0.85 * m) / 2;
    const [middle, first, second] = rankSentences([
      "apple cherry",
      "apple banana",
      "cherry durian",
    ]) as number[];
    expect(middle).toBeCloseTo(m, 2);
    expect(first).toBeCloseTo(e, 2);
    expect(second).toBe(first);
  });
});

describe("hostile text of 100,000 characters", () => {
  const SIZE = 100_000;
  const units = [
    ..."a A1 \n\t#`~[]()<>|*_-=.!?\"'\\é要\u0000\u200b\ud800",
    ...'a. |Aaa. |A b c. |[a|![|[a](|[]|**a|a*|1. |- |> |Dr. |J. |U.S. |[x]:|<a|a.b|~~~\na\n|a\n===\n|* a\n|..."|\n|`a`|# a\n'.split(
      "|",
    ),
  ].filter((unit) => unit !== "");

  it.each(units.map((unit) => [JSON.stringify(unit), unit]))(
    "%s over and over is done in bounded time",
    (_, unit) => {
      const before = performance.now();
      summarize(unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE), 20);
      expect(performance.now() - before).toBeLessThan(5000);
    },
  );

  it("of a thousand sentences that all resemble each other is done in bounded time", () => {
    const sentence = (i: number) =>
      `Exactly these same words stand here in sentence number ${i} of very many ones.`;
    const text = Array.from({ length: 1200 }, (_, i) => sentence(i))
      .join(" ")
      .slice(0, SIZE);
    const before = performance.now();
    expect(summarize(text, 20).sentences).toHaveLength(20);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
