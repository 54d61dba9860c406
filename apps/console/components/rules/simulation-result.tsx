"use client";

import type { Simulation } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { cutMiddle } from "../../ui/cut.ts";
import { Mark } from "../../ui/mark.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ChangeRow } from "./verdict-change.tsx";

/** How many decisions would have been others, which, and by whose doing. */
export function SimulationResult({ simulation, isOld }: { simulation: Simulation; isOld: boolean }) {
  const { asked, invalid, skipped, changed, changes, took_ms } = simulation;
  return (
    <div className="space-y-4">
      {isOld && (
        <Notice tone="plain">
          <p>The text has changed since: this is about the text before.</p>
        </Notice>
      )}
      {asked === 0 ? (
        <p className="text-13">Nothing was decided here yet, so there is nothing to ask again.</p>
      ) : (
        <p className="flex items-baseline gap-2 text-14">
          <Mark name={changed === 0 ? "allow" : "hold"} />
          <span>
            <b className="font-semibold">
              {changed === 0 ? "None" : count(changed)} of {count(asked)}
            </b>{" "}
            decisions would have been {changed === 1 ? "another" : "others"}.
          </span>
        </p>
      )}
      <p className="text-12 text-quiet">
        Took {count(took_ms)} ms.{" "}
        {invalid > 0 &&
          `${count(invalid)} more ${invalid === 1 ? "request is" : "requests are"} no valid RouteInput under any rules. `}
        {skipped > 0 && `${count(skipped)} more cannot be asked again: their receipts say too little.`}
      </p>
      {changed > 0 && (
        <>
          <Counts title="Outcome" counts={simulation.by_outcome} words={outcomeWords} />
          <Counts title="Rule that answers now" counts={simulation.by_rule} />
          <Counts title="Signatory" counts={simulation.by_tenant} />
          <Counts title="Worker selected now" counts={simulation.by_worker} />
          <section aria-label="Decisions that would be others">
            <h3 className="mb-1 text-13">
              Decisions
              {changes.length < changed && (
                <span className="font-normal text-quiet">, the first {count(changes.length)}</span>
              )}
            </h3>
            <ul className="border-t border-line">
              {changes.map((change) => (
                <ChangeRow
                  key={change.decision_id}
                  change={change}
                  title={change.capability_id}
                  beside={<span className="font-mono">{cutMiddle(change.decision_id, 13, 4)}</span>}
                />
              ))}
            </ul>
          </section>
        </>
      )}
    </div>
  );
}

const COUNTS_SHOWN = 8;

function Counts({
  title,
  counts,
  words = (name) => name,
}: {
  title: string;
  counts: Record<string, number>;
  words?: (name: string) => string;
}) {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-13">{title}</h3>
      <dl className="text-13">
        {rows.slice(0, COUNTS_SHOWN).map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-b border-line py-1">
            <dt className="min-w-0 font-mono text-12 [overflow-wrap:anywhere]">{words(name)}</dt>
            <dd className="font-mono text-12 tabular-nums">{count(value)}</dd>
          </div>
        ))}
      </dl>
      {rows.length > COUNTS_SHOWN && (
        <p className="mt-1 text-12 text-quiet">and {count(rows.length - COUNTS_SHOWN)} more</p>
      )}
    </section>
  );
}

function outcomeWords(name: string): string {
  return name.replace(" to ", " → ");
}
