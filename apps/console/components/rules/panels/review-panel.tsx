"use client";

import type { BundleProblem } from "../../../lib/rule-types.ts";
import { count } from "../../../ui/count.ts";
import { ForeignText } from "../../../ui/foreign-text.tsx";
import { Mark } from "../../../ui/mark.tsx";
import { FindingList } from "../finding-list.tsx";
import type { PanelProps } from "./panel-props.ts";
import { ReviewNeeded } from "./review-needed.tsx";

/** What is wrong with the text, and what its author should know of the bundle that it is. */
export function ReviewPanel({ review, goTo }: PanelProps) {
  return (
    <ReviewNeeded review={review}>
      {({ problems, more, findings, rules, policies, digest }) => (
        <>
          {problems.length > 0 ? (
            <section aria-label="Problems">
              <h2 className="mb-2 text-14">
                {count(problems.length + more)} {problems.length + more === 1 ? "problem" : "problems"}
              </h2>
              <ul className="border-t border-line">
                {problems.map((problem, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two problems may read the same
                  <Problem key={index} problem={problem} onGo={() => goTo(problem)} />
                ))}
              </ul>
              {more > 0 && (
                <p className="mt-2 text-13 text-quiet">And {count(more)} more, once these are mended.</p>
              )}
            </section>
          ) : (
            <p className="flex items-baseline gap-2 text-13">
              <Mark name="allow" />
              <span>
                A sound bundle of {count(rules)} {rules === 1 ? "rule" : "rules"} and {count(policies)}{" "}
                {policies === 1 ? "policy" : "policies"}.
              </span>
            </p>
          )}
          {digest !== null && findings.length === 0 && (
            <p className="text-13 text-quiet">
              Every rule can match something, and whatever it names is there.
            </p>
          )}
          {findings.length > 0 && (
            <section aria-label="Findings about the bundle">
              <h2 className="mb-2 text-14">
                {count(findings.length)} {findings.length === 1 ? "finding" : "findings"}
              </h2>
              <FindingList findings={findings} onGo={goTo} />
            </section>
          )}
        </>
      )}
    </ReviewNeeded>
  );
}

function Problem({
  problem: { rule_id, path, expected },
  onGo,
}: {
  problem: BundleProblem;
  onGo: () => void;
}) {
  return (
    <li className="grid grid-cols-[20px_minmax(0,1fr)] gap-x-2 border-b border-line py-2 text-13 [overflow-wrap:anywhere]">
      <span className="grid h-5 place-items-center">
        <Mark name="deny" />
      </span>
      <div>
        <button type="button" onClick={onGo} className="text-left font-mono text-12 text-accent underline">
          {[rule_id, path].filter((part) => part !== null && part !== "").join(" · ") || "the document"}
        </button>
        <p>
          Expected <ForeignText text={expected} max={1024} />.
        </p>
      </div>
    </li>
  );
}
