"use client";

import type { ShadowRun } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { Mark } from "../../ui/mark.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Digest } from "../digest.tsx";
import { EndShadow } from "./end-shadow.tsx";

/** The run that is open, or the last one: what was tried, since when, and how much would differ. */
export function NewestRun({ run }: { run: ShadowRun }) {
  const isOpen = run.ended_at === null;
  return (
    <section aria-label={isOpen ? "Open run" : "Newest run"} className="max-w-[760px] px-4 mid:px-6">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-3">
        <h2 className="flex items-center gap-2 text-16">
          <Mark name={isOpen ? "running" : "skipped"} />
          {isOpen ? "Running now" : "The newest run has ended"}
        </h2>
        {isOpen && <EndShadow run={run} />}
      </div>
      <Record label="Shadow run">
        <Entry name="Bundle">
          <Digest digest={run.digest} label="digest of the bundle" />
        </Entry>
        <Entry name="Started">
          by <ActorName actor={run.started_by} />, <Time at={run.started_at} />
        </Entry>
        {run.ended_at !== null && (
          <Entry name="Ended">
            <Time at={run.ended_at} />
          </Entry>
        )}
        <Entry name="Compared">
          <span className="tabular-nums">{count(run.decisions)}</span>{" "}
          {run.decisions === 1 ? "decision" : "decisions"}
        </Entry>
        <Entry name="Would differ">
          <span className="tabular-nums">{count(run.differences)}</span>
          {run.decisions > 0 && ` (${share(run.differences, run.decisions)})`}
        </Entry>
      </Record>
    </section>
  );
}

const COLUMNS = "mid:grid-cols-[160px_minmax(0,1fr)_minmax(0,1fr)_120px_120px]";

export function OlderRuns({ runs }: { runs: readonly ShadowRun[] }) {
  return (
    <section aria-label="Earlier runs" className="pt-8">
      <h2 className="mb-2 px-4 text-16 mid:px-6">Earlier runs</h2>
      <Table
        label="Earlier runs, newest first"
        columns={COLUMNS}
        titles={["Bundle", "Started", "Ended", "Compared", "Would differ"]}
      >
        {runs.map((run) => (
          <Row key={run.id} columns={COLUMNS}>
            <Cell>
              <Digest digest={run.digest} label="digest of the bundle" />
            </Cell>
            <Cell title="started">
              by <ActorName actor={run.started_by} />, <Time at={run.started_at} />
            </Cell>
            <Cell title="ended">{run.ended_at === null ? "not yet" : <Time at={run.ended_at} />}</Cell>
            <Cell title="compared" className="tabular-nums">
              {count(run.decisions)}
            </Cell>
            <Cell title="would differ" className="tabular-nums">
              {count(run.differences)}
            </Cell>
          </Row>
        ))}
      </Table>
    </section>
  );
}

/** `0.4 %`; what is more than none is never shown as none. */
function share(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.1) return "under 0.1 %";
  return `${percent.toFixed(percent === 0 || percent === 100 ? 0 : 1)} %`;
}
