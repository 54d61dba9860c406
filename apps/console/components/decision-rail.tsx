import type { RailStep } from "../lib/hall-types.ts";
import { count } from "../ui/count.ts";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../ui/mark.tsx";

const MARKS: Record<RailStep["mark"], { mark: MarkName; word: string }> = {
  passed: { mark: "allow", word: "passed" },
  failed: { mark: "deny", word: "failed" },
  held: { mark: "hold", word: "held" },
  skipped: { mark: "skipped", word: "not reached" },
};

/** A decision as its steps, in the order of the pipeline. The line ends where the decision did. */
export function DecisionRail({ steps }: { steps: readonly RailStep[] }) {
  return (
    <ol aria-label="Steps of the decision" className="@container -mx-2">
      {steps.map((step, index) => (
        <Step
          key={step.step}
          step={step}
          isLast={index === steps.length - 1}
          isFirstSkipped={step.mark === "skipped" && steps[index - 1]?.mark !== "skipped"}
        />
      ))}
    </ol>
  );
}

function Step({
  step,
  isLast,
  isFirstSkipped,
}: {
  step: RailStep;
  isLast: boolean;
  isFirstSkipped: boolean;
}) {
  const { mark, word } = MARKS[step.mark];
  const isStop = step.mark === "failed" || step.mark === "held";
  const isSkipped = step.mark === "skipped";
  return (
    <li
      className={`relative grid grid-cols-[20px_minmax(0,1fr)_auto] gap-x-3 pr-3 pl-2 @min-[480px]:grid-cols-[20px_96px_minmax(0,1fr)_auto] ${isStop ? `py-2.5 ${step.mark === "held" ? "bg-hold-wash" : "bg-deny-wash"}` : isSkipped ? "py-0.5 text-quiet" : "py-1.5"}`}
    >
      {!isLast && (
        <span
          aria-hidden
          className={`absolute left-[17px] w-0 ${isStop ? "top-6" : "top-4"} -bottom-2 ${isStop || isSkipped ? "border-l border-dotted border-edge" : "border-l border-edge"}`}
        />
      )}
      <span className="relative z-1 grid h-5 place-items-center">
        <span className={`rounded-full p-0.5 ${isStop ? "" : "bg-sheet"}`}>
          <Mark name={mark} />
        </span>
      </span>
      <span className={`text-13 ${isSkipped ? "" : "font-medium"}`}>
        {capitalise(step.step)} <span className="sr-only">{word}</span>
      </span>
      <span
        className={`text-13 text-pretty [overflow-wrap:anywhere] ${isSkipped ? "max-@[480px]:hidden" : "col-start-2 col-end-4 row-start-2 @min-[480px]:col-auto @min-[480px]:row-auto"} ${isStop || isSkipped ? "" : "text-quiet"}`}
      >
        {isSkipped ? (
          <span aria-hidden>{isFirstSkipped ? "Not reached." : ""}</span>
        ) : (
          <ForeignText text={step.sentence} max={2048} />
        )}
      </span>
      <Values step={step} />
    </li>
  );
}

/** Figures only: a name that was seen stands in the sentence. */
function Values({ step: { seen, limit } }: { step: RailStep }) {
  if (typeof seen !== "number") return <span />;
  return (
    <span
      title="seen / limit"
      className="text-right font-mono text-12 leading-5 whitespace-nowrap tabular-nums"
    >
      <span className="sr-only">seen </span>
      {count(seen)}
      {typeof limit === "number" && (
        <span className="text-quiet">
          <span className="sr-only">, limit {count(limit)}</span>
          <span aria-hidden> / {count(limit)}</span>
        </span>
      )}
    </span>
  );
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
