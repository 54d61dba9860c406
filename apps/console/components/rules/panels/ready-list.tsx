import { count } from "../../../ui/count.ts";
import { Mark, type MarkName } from "../../../ui/mark.tsx";
import type { PanelProps } from "./panel-props.ts";

/** One thing that the Hall will ask for before it publishes. */
export interface Condition {
  state: "met" | "unmet" | "unknown";
  words: string;
}

/** What has to be so, as far as can be told before anybody asks. */
export function readiness(text: PanelProps["text"], { review, of }: PanelProps["review"]): Condition[] {
  const { draft, isDirty, conflict } = text;
  // An answer about an earlier text says nothing of this one.
  const now = review !== null && of === text.text && !isDirty ? review : null;
  return [
    {
      state: isDirty || conflict !== null ? "unmet" : "met",
      words:
        isDirty || conflict !== null
          ? "The text is not saved: only a revision can be published"
          : `The text is revision ${count(draft.revision)}`,
    },
    ...judged(now),
  ];
}

export function isReady(conditions: readonly Condition[]): boolean {
  return conditions.every(({ state }) => state === "met");
}

function judged(review: NonNullable<PanelProps["review"]["review"]> | null): Condition[] {
  if (review === null) return [{ state: "unknown", words: "It is being reviewed" }];
  const { problems, more, findings, results } = review;
  const wrong = problems.length + more;
  const shadowed = findings.filter(({ severity }) => severity === "error").length;
  const failed = results.filter(({ passed }) => !passed).length;
  if (wrong > 0)
    return [{ state: "unmet", words: `${count(wrong)} ${wrong === 1 ? "problem" : "problems"} to mend` }];
  return [
    { state: "met", words: "The bundle is sound" },
    shadowed === 0
      ? { state: "met", words: "Every rule can match something" }
      : {
          state: "unmet",
          words: `${count(shadowed)} ${shadowed === 1 ? "rule never matches" : "rules never match"}`,
        },
    failed === 0
      ? {
          state: "met",
          words: results.length === 0 ? "It has no tests to pass" : `Its ${count(results.length)} tests pass`,
        }
      : { state: "unmet", words: `${count(failed)} of its ${count(results.length)} tests fail` },
  ];
}

const MARKS: Record<Condition["state"], { mark: MarkName; word: string }> = {
  met: { mark: "allow", word: "so" },
  unmet: { mark: "deny", word: "not so" },
  unknown: { mark: "stale", word: "not known yet" },
};

export function ReadyList({ conditions }: { conditions: readonly Condition[] }) {
  return (
    <ul aria-label="What has to be so" className="border-t border-line text-13">
      {conditions.map(({ state, words }) => (
        <li key={words} className="flex items-baseline gap-2 border-b border-line py-1.5">
          <Mark name={MARKS[state].mark} />
          <span>
            {words}
            <span className="sr-only">: {MARKS[state].word}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
