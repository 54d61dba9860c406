"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import type { ShadowDifference, ShadowPage, ShadowRun } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/count.ts";
import { cutMiddle } from "../../ui/cut.ts";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { Digest } from "../digest.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { EndShadow } from "./end-shadow.tsx";
import { ChangeRow } from "./verdict-change.tsx";

const PAGE = 50;
/** While a run is open its figures grow. */
const POLL_MS = 3000;

/** Bundles that were tried beside the one in force, and where the newest would have decided otherwise. */
export function ShadowView() {
  const shadow = useInfiniteQuery({
    queryKey: ["shadow.list"],
    queryFn: ({ signal, pageParam }): Promise<ShadowPage> =>
      hall.shadow.list.query({ limit: PAGE, ...(pageParam !== null && { before: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // Once somebody reads on, rows must not move under their eyes.
    refetchInterval: ({ state: { data } }) =>
      data?.pages.length === 1 && data.pages[0]?.runs[0]?.ended_at === null ? POLL_MS : false,
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Shadow runs">
        A bundle that is evaluated beside the one in force: it decides nothing, and says where it would have.
      </PageHeading>
      <Answer of={shadow} what="The shadow runs could not be read" label="Reading the shadow runs">
        {({ pages }) => {
          const runs = pages[0]?.runs ?? [];
          const [newest, ...older] = runs;
          if (newest === undefined) return <NoRuns />;
          return (
            <>
              <NewestRun run={newest} />
              <Differences
                run={newest}
                differences={pages.flatMap((page) => page.differences)}
                {...(shadow.hasNextPage && { onMore: () => void shadow.fetchNextPage() })}
                isBusy={shadow.isFetchingNextPage}
              />
              {older.length > 0 && <OlderRuns runs={older} />}
            </>
          );
        }}
      </Answer>
    </div>
  );
}

function NewestRun({ run }: { run: ShadowRun }) {
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

function Differences({
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
              Show {PAGE} more
            </Button>
          )}
        </>
      )}
    </Section>
  );
}

const COLUMNS = "mid:grid-cols-[160px_minmax(0,1fr)_minmax(0,1fr)_120px_120px]";

function OlderRuns({ runs }: { runs: readonly ShadowRun[] }) {
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

function NoRuns() {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Message title="No shadow run yet">
      <p>
        Open a draft, and under Publish start a shadow run: every coming request is decided a second time with
        it. What would have been decided otherwise is listed here.
      </p>
      <Link className="text-accent underline" href={paths.drafts(tenant)}>
        To the drafts
      </Link>
    </Message>
  );
}

/** `0.4 %`; what is more than none is never shown as none. */
function share(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.1) return "under 0.1 %";
  return `${percent.toFixed(percent === 0 || percent === 100 ? 0 : 1)} %`;
}
