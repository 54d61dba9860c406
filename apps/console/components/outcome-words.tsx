import type { Outcome } from "@guildhall/protocol";
import { Mark, type MarkName } from "../ui/mark.tsx";

const OUTCOMES: Record<Outcome, { mark: MarkName; word: string }> = {
  ALLOW: { mark: "allow", word: "Allowed" },
  DENY: { mark: "deny", word: "Denied" },
  HOLD: { mark: "hold", word: "Held" },
};

export function outcomeWord(outcome: Outcome): string {
  return OUTCOMES[outcome].word;
}

/** The answer: shape, word and colour. */
export function OutcomeWord({ outcome }: { outcome: Outcome }) {
  const { mark, word } = OUTCOMES[outcome];
  return (
    <span className="inline-flex items-center gap-2 align-top">
      <Mark name={mark} />
      {word}
    </span>
  );
}

const STATES: { [state: string]: { mark: MarkName; word: string } } = {
  waiting: { mark: "skipped", word: "waiting" },
  running: { mark: "running", word: "running" },
  succeeded: { mark: "allow", word: "succeeded" },
  failed: { mark: "deny", word: "failed" },
  aborted: { mark: "stale", word: "aborted" },
  dead_lettered: { mark: "dead", word: "dead letter" },
};

/** How the work that a decision started stands. A state of a later Hall is shown by its own name. */
export function WorkState({ state }: { state: string }) {
  const { mark, word } = STATES[state] ?? { mark: "stale" as const, word: state };
  return (
    <span className="inline-flex items-center gap-2 align-top whitespace-nowrap">
      <Mark name={mark} />
      {word}
    </span>
  );
}
