import { splitSentences } from "./sentences.ts";
import { rankSentences } from "./text-rank.ts";

export interface Summary {
  /** The chosen sentences, in the order of the text. */
  summary: string;
  sentences: {
    text: string;
    /** Its place among the sentences of the text, from 0. */
    index: number;
    score: number;
  }[];
  /** How many sentences the text has. */
  sentence_count: number;
}

/** Takes the sentences that say most of a text. Same text, same summary. */
export function summarize(text: string, maxSentences: number): Summary {
  const sentences = splitSentences(text);
  const candidates = candidatesOf(sentences);
  const scores = rankSentences(candidates.map((index) => sentences[index]!));
  const chosen = candidates
    .map((index, at) => ({ text: sentences[index]!, index, score: scores[at]! }))
    // Of two that say as much, the earlier.
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, maxSentences)
    .toSorted((a, b) => a.index - b.index);
  return {
    summary: chosen.map(({ text }) => text).join(" "),
    sentences: chosen,
    sentence_count: sentences.length,
  };
}

/** Ranking compares sentences with each other, so how many take part is bounded. */
const CANDIDATES_MAX = 600;

/** The sentences that take part: each text once, where it first stands; of very many, the longest. */
function candidatesOf(sentences: readonly string[]): number[] {
  const first = new Map<string, number>();
  for (const [index, sentence] of sentences.entries()) if (!first.has(sentence)) first.set(sentence, index);
  const distinct = [...first.values()];
  if (distinct.length <= CANDIDATES_MAX) return distinct;
  return distinct
    .toSorted((a, b) => sentences[b]!.length - sentences[a]!.length || a - b)
    .slice(0, CANDIDATES_MAX)
    .toSorted((a, b) => a - b);
}
