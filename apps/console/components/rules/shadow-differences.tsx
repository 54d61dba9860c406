"use client";

import type { ShadowDifference, ShadowRun } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/count.ts";
import { cutMiddle } from "../../ui/cut.ts";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { ChangeRow } from "./verdict-change.tsx";

/** Where a run's bundle would have decided otherwise. @param onMore reads on, where there is more */
export function ShadowDifferences({
  run,
  differences,
  onMore,
  isBusy,
}: {
  run: ShadowRun;
  differences: readonly ShadowDifference[];
  onMore?: () => void;
  isBusy: boolean;
}) {
  return (
    <Section title="Decisions that would be others">
      {differences.length === 0 ? (
        <p className="text-13 text-quiet">
          {run.decisions === 0
            ? "Nothing was decided since it began. Ask for some work, and it is compared here."
            : "None: both bundles decided alike."}
        </p>
      ) : (
        <>
          <ul aria-label="Differences, newest first" className="max-w-[760px] border-t border-line">
            {differences.map((difference) => (
              <ChangeRow
                key={difference.decision_id}
                change={difference}
                title={cutMiddle(difference.decision_id, 13, 4)}
                beside={<Time at={difference.decided_at} />}
              >
                <p className="mt-1 text-12 text-quiet">
                  They part at <span className="font-mono">{difference.first_difference}</span>.
                </p>
              </ChangeRow>
            ))}
          </ul>
          <p className="mt-2 text-12 text-quiet">
            {count(differences.length)} of {count(run.differences)}, newest first. Of one run 10,000 are kept.
          </p>
          {onMore && (
            <Button className="mt-2" because={isBusy ? "They are being read" : undefined} onClick={onMore}>
              Show more
            </Button>
          )}
        </>
      )}
    </Section>
  );
}
