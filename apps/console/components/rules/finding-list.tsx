"use client";

import { useState } from "react";
import type { Finding } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../../ui/mark.tsx";

const SEVERITIES: Record<Finding["severity"], { mark: MarkName; word: string }> = {
  error: { mark: "deny", word: "error" },
  warning: { mark: "hold", word: "warning" },
  note: { mark: "skipped", word: "note" },
};

const SHOWN_MAX = 10;

/** What can be said of a bundle without a request, errors first. @param onGo leads to a rule, where there is one to go to */
export function FindingList({
  findings,
  onGo,
  shownMax = SHOWN_MAX,
}: {
  findings: readonly Finding[];
  shownMax?: number;
  onGo?: (ruleId: string) => void;
}) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? findings : findings.slice(0, shownMax);
  return (
    <>
      <ul aria-label="Findings" className="border-t border-line">
        {shown.map((finding, index) => {
          const { mark, word } = SEVERITIES[finding.severity];
          const { rule_id } = finding;
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: two findings may say the same of one rule
              key={index}
              className="grid grid-cols-[20px_minmax(0,1fr)] gap-x-2 border-b border-line py-2 text-13 [overflow-wrap:anywhere]"
            >
              <span className="grid h-5 place-items-center">
                <Mark name={mark} />
              </span>
              <div>
                <p>
                  <span className="font-medium">{capitalised(word)}.</span>{" "}
                  <ForeignText text={finding.sentence} max={1024} />
                </p>
                <p className="text-quiet">
                  <ForeignText text={finding.remedy} max={1024} />
                </p>
                {onGo && rule_id !== null && (
                  <button type="button" className="text-accent underline" onClick={() => onGo(rule_id)}>
                    Go to <span className="font-mono text-12">{rule_id}</span>
                  </button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {shown.length < findings.length && (
        <button type="button" className="mt-2 text-13 text-accent underline" onClick={() => setWhole(true)}>
          Show all {count(findings.length)} findings
        </button>
      )}
    </>
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
