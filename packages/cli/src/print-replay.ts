import { type ExplainedStep, explain, type Replay, verdictOf } from "@guildhall/engine";
import type { Decision } from "@guildhall/protocol";
import type { Io } from "./command.ts";
import { counted } from "./counted.ts";
import { inWords } from "./print-simulation.ts";
import type { Gathered } from "./replay-material.ts";

/** What came of deriving a decision again, for people. */
export function printReplay(
  recorded: Decision,
  again: Replay,
  { remarks }: Gathered,
  { out }: Pick<Io, "out">,
): void {
  for (const remark of remarks) out.line(remark);
  if (remarks.length > 0) out.line();
  switch (again.outcome) {
    case "same":
      out.title("Derived again, and the same.");
      out.line(`${inWords(verdictOf(recorded))}.`);
      return;
    case "different":
      printDifference(recorded, again, { out });
      return;
    case "not_derivable": {
      for (const { step, reason } of again.notDerivable) out.row("skipped", step, `${reason}.`);
      out.line();
      out.title(`Not derivable: ${counted(again.notDerivable.length, "thing")} missing.`);
      out.line("Give --bundle, --record, --profile or --payload, or a Hall that has them with --hall.");
    }
  }
}

function printDifference(
  recorded: Decision,
  { derived, difference }: Extract<Replay, { outcome: "different" }>,
  { out }: Pick<Io, "out">,
): void {
  out.title("Derived again, and different.");
  out.line(`recorded  ${inWords(verdictOf(recorded))}`);
  out.line(`derived   ${inWords(verdictOf(derived))}`);
  out.line();
  out.title(`The first difference: ${difference.path}`);
  out.line(`recorded  ${cut(difference.before)}`);
  out.line(`derived   ${cut(difference.after)}`);
  out.line();
  const [first, ...later] = stepsThatDiffer(recorded, derived);
  if (first === undefined) {
    out.line("Each step reads as before: the two differ in what was written down beside them.");
    return;
  }
  out.title(`The first step that differs: ${first.recorded.step}`);
  printStep(first, { out });
  // Another rule may only tell further down, where a decision ends that went on.
  const turn = later.find((step) => step.recorded.mark !== step.derived.mark);
  if (turn === undefined || first.recorded.mark !== first.derived.mark) return;
  out.line();
  out.title(`The first that ends otherwise: ${turn.recorded.step}`);
  printStep(turn, { out });
}

function printStep({ recorded, derived }: StepPair, { out }: Pick<Io, "out">): void {
  out.row(recorded.mark, "recorded", recorded.sentence);
  out.row(derived.mark, "derived", derived.sentence);
}

/** One step as it was told, and as it was derived. */
interface StepPair {
  recorded: ExplainedStep;
  derived: ExplainedStep;
}

/** In their order. */
function stepsThatDiffer(recorded: Decision, derived: Decision): StepPair[] {
  // Both tell every step.
  const after = explain(derived);
  return explain(recorded)
    .map((step, at): StepPair => ({ recorded: step, derived: after[at] as ExplainedStep }))
    .filter(({ recorded: was, derived: is }) => was.mark !== is.mark || was.sentence !== is.sentence);
}

const SHOWN_MAX = 400;

/** @param json null where there is nothing */
function cut(json: string | null): string {
  if (json === null) return "nothing there";
  return json.length > SHOWN_MAX ? `${json.slice(0, SHOWN_MAX).toWellFormed()}…` : json;
}

/** With the same words as the engine has for them. */
export function replayForPrograms(
  recorded: Decision,
  again: Replay,
  { remarks, otherBundle }: Gathered,
): object {
  const isDifferent = again.outcome === "different";
  return {
    outcome: again.outcome,
    recorded: verdictOf(recorded),
    derived: again.outcome === "not_derivable" ? null : verdictOf(again.derived),
    difference: isDifferent ? again.difference : null,
    step: isDifferent ? (stepsThatDiffer(recorded, again.derived)[0] ?? null) : null,
    not_derivable: again.notDerivable,
    other_bundle: otherBundle,
    remarks,
  };
}
