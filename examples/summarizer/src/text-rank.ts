/**
 * TextRank for sentences: Mihalcea and Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004, section 4. Sentences
 * are the vertices of a graph, weighted by the words they share; a sentence is as important as the sentences
 * that resemble it. The scores are PageRank's over that graph, with their damping of 0.85.
 */
export function rankSentences(sentences: readonly string[]): number[] {
  const words = sentences.map(wordsOf);
  const graph = similarities(words);
  const strength = graph.map((edges) => edges.reduce((sum, { weight }) => sum + weight, 0));
  let scores: number[] = sentences.map(() => 1);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = graph.map((edges) => {
      let sum = 0;
      for (const { to, weight } of edges) sum += (weight / strength[to]!) * scores[to]!;
      return 1 - DAMPING + DAMPING * sum;
    });
    const change = next.reduce((most, score, at) => Math.max(most, Math.abs(score - scores[at]!)), 0);
    scores = next;
    if (change < CONVERGED) break;
  }
  // Rounded, so that a last bit of a logarithm that differs between machines cannot change an order.
  return scores.map((score) => Math.round(score * 1e6) / 1e6);
}

const DAMPING = 0.85;
/** The paper's threshold. */
const CONVERGED = 0.0001;
const ROUNDS_MAX = 100;

interface Edge {
  to: number;
  weight: number;
}

/** |shared words| / (log |a| + log |b|), the paper's measure; found by word, since most pairs share none. */
function similarities(words: readonly ReadonlySet<string>[]): Edge[][] {
  const sentencesWith = new Map<string, number[]>();
  const graph: Edge[][] = words.map(() => []);
  for (const [at, own] of words.entries()) {
    const shared = new Map<number, number>();
    for (const word of own) {
      const others = sentencesWith.get(word) ?? [];
      for (const other of others) shared.set(other, (shared.get(other) ?? 0) + 1);
      others.push(at);
      sentencesWith.set(word, others);
    }
    for (const [other, count] of shared) {
      const length = Math.log(own.size) + Math.log(words[other]!.size);
      // Two sentences of one word each would divide by zero; they resemble each other in nothing that ranks.
      if (length === 0) continue;
      graph[at]!.push({ to: other, weight: count / length });
      graph[other]!.push({ to: at, weight: count / length });
    }
  }
  return graph;
}

/** The words that carry meaning, each once, in a common form. */
function wordsOf(sentence: string): Set<string> {
  const words = sentence.toLowerCase().match(/[\p{L}\p{N}]{2,64}/gu) ?? [];
  return new Set(words.filter((word) => !STOP_WORDS.has(word)).map(stem));
}

/** Just enough that "summary" meets "summaries": the plural's endings. */
function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

const STOP_WORDS = new Set(
  (
    "about above after again all also an and any are as at be because been before being below between both but by " +
    "can could did do does doing down during each few for from further had has have having he her here hers him his " +
    "how if in into is it its just may me might more most must my no nor not now of off on once only or other our " +
    "out over own same she should so some such than that the their them then there these they this those through " +
    "to too under until up upon us very was we were what when where which while who whom why will with would you your"
  ).split(" "),
);
