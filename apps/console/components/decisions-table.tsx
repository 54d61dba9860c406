// biome-ignore-all lint/a11y/noRedundantRoles: a table that is drawn as a grid loses its roles in Safari.
"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import type { DecisionSummary } from "../lib/hall-types.ts";
import { paths } from "../lib/paths.ts";
import { count } from "../ui/count.ts";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Time } from "../ui/time.tsx";
import { OutcomeWord, outcomeWord, WorkState } from "./outcome-words.tsx";
import { useScope } from "./use-scope.ts";

/*
 * A row is a grid with fixed columns, so that nothing shifts when rows arrive. Its container decides: wide,
 * beside a drawer, or a phone, where a row becomes labelled lines. Roles are written out, because a table
 * that is drawn as a grid loses them in Safari. A click on a row is for the mouse; its link is for the keyboard.
 */
const ROW =
  "grid items-center gap-x-3 px-4 mid:px-6 grid-cols-[minmax(0,1fr)_auto] " +
  "@min-[560px]:grid-cols-[48px_84px_minmax(0,1fr)_52px_80px] " +
  "@min-[900px]:grid-cols-[48px_84px_minmax(150px,1fr)_52px_96px_minmax(180px,1.6fr)_48px_108px_80px]";
const MIDDLE = "hidden @min-[560px]:block";
const WIDE = "hidden @min-[900px]:block";

export function DecisionsTable({
  rows,
  openId,
}: {
  rows: readonly DecisionSummary[];
  openId: string | null;
}) {
  return (
    <table role="table" aria-label="Decisions, newest first" className="block w-full border-t border-line">
      <thead role="rowgroup" className="sticky top-12 z-2 hidden @min-[560px]:block">
        <tr
          role="row"
          className={`${ROW} h-8 border-b border-line bg-paper text-left text-12 font-medium text-quiet`}
        >
          <Column className="text-right">No.</Column>
          <Column>Outcome</Column>
          <Column>Capability</Column>
          <Column>Env</Column>
          <Column className={WIDE}>Label</Column>
          <Column className={WIDE}>Worker, or what stopped it</Column>
          <Column className={`${WIDE} text-right`}>Blast</Column>
          <Column className={WIDE}>Work</Column>
          <Column className="text-right">When</Column>
        </tr>
      </thead>
      <tbody role="rowgroup" className="block">
        {rows.map((row) => (
          <Row key={row.decision_id} row={row} isOpen={row.decision_id === openId} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, isOpen }: { row: DecisionSummary; isOpen: boolean }) {
  const { tenant, query } = useScope();
  const router = useRouter();
  const href = paths.decision(tenant, row.decision_id, query);
  return (
    <tr
      role="row"
      data-open={isOpen || undefined}
      onClick={(event) => {
        const isLink = (event.target as Element).closest("a, button") !== null;
        if (!isLink && window.getSelection()?.isCollapsed !== false) router.push(href, { scroll: false });
      }}
      className={`${ROW} min-h-9 cursor-pointer border-b border-line py-2 text-13 hover:bg-wash has-[a:focus-visible]:bg-wash data-open:bg-wash data-open:shadow-[inset_3px_0_0_var(--accent)] @min-[560px]:py-0`}
    >
      <Cell className="order-2 text-right @min-[560px]:order-none">
        <Link
          href={href}
          prefetch={false}
          scroll={false}
          data-decision={row.decision_id}
          aria-current={isOpen ? "true" : undefined}
          aria-label={`No. ${row.seq}, ${outcomeWord(row.outcome).toLowerCase()}, ${row.capability_id ?? "no capability"}`}
          className="font-mono text-12 text-accent tabular-nums hover:underline"
        >
          <span className="@min-[560px]:hidden">No. </span>
          {count(row.seq)}
        </Link>
      </Cell>
      <Cell className="order-1 font-medium @min-[560px]:order-none">
        <OutcomeWord outcome={row.outcome} />
      </Cell>
      <Cell className="order-3 col-span-2 truncate font-mono text-12 @min-[560px]:order-none @min-[560px]:col-span-1">
        {row.capability_id === null ? (
          <span className="text-quiet">none named</span>
        ) : (
          <ForeignText text={row.capability_id} />
        )}
      </Cell>
      <Cell className={`${MIDDLE} ${row.env === "prod" ? "font-medium text-prod" : ""}`}>
        {row.env ?? ""}
      </Cell>
      <Cell className={`${WIDE} text-12`}>{row.data_label ?? ""}</Cell>
      <Cell className={`${WIDE} truncate font-mono text-12`}>
        <Reason row={row} />
      </Cell>
      <Cell className={`${WIDE} text-right font-mono text-12 tabular-nums`}>{row.blast_score ?? ""}</Cell>
      <Cell className={WIDE}>
        <Work row={row} />
      </Cell>
      <Cell className="hidden text-right text-quiet tabular-nums @min-[560px]:block">
        <Time at={row.decided_at} />
      </Cell>
      <Labelled row={row} />
    </tr>
  );
}

/** What has no column on a phone, each with its label. */
function Labelled({ row }: { row: DecisionSummary }) {
  return (
    <Cell className="order-4 col-span-2 text-12 text-quiet @min-[560px]:hidden">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
        <Time at={row.decided_at} />
        {row.env && (
          <span>
            env <b className={`font-medium ${row.env === "prod" ? "text-prod" : "text-ink"}`}>{row.env}</b>
          </span>
        )}
        {row.data_label && (
          <span>
            label <b className="font-medium text-ink">{row.data_label}</b>
          </span>
        )}
        {row.blast_score !== null && (
          <span>
            blast <b className="font-mono font-medium text-ink">{row.blast_score}</b>
          </span>
        )}
        <span className="w-full truncate font-mono">
          <Reason row={row} />
        </span>
      </span>
    </Cell>
  );
}

function Reason({ row }: { row: DecisionSummary }) {
  if (row.code !== null) return <span title={row.sentence}>{row.code}</span>;
  return row.worker_id === null ? null : <ForeignText text={row.worker_id} />;
}

function Work({ row }: { row: DecisionSummary }) {
  if (row.dry_run) return <span className="text-quiet">dry run</span>;
  return row.dispatch_state === null ? null : <WorkState state={row.dispatch_state} />;
}

function Column({ className = "", children }: { className?: string; children: ReactNode }) {
  return (
    <th role="columnheader" scope="col" className={`font-medium ${className}`}>
      {children}
    </th>
  );
}

function Cell({ className = "", children }: { className?: string; children: ReactNode }) {
  return (
    <td role="cell" className={`min-w-0 p-0 ${className}`}>
      {children}
    </td>
  );
}

const SKELETON_ROWS = 12;

/** Rows of the right height while the first answer is on its way. */
export function SkeletonRows() {
  return (
    <div role="status" aria-label="Reading the decisions" className="border-t border-line @min-[560px]:pt-8">
      {Array.from({ length: SKELETON_ROWS }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells one from the other
          key={index}
          className="flex h-[81px] items-center border-b border-line px-4 mid:px-6 @min-[560px]:h-9"
        >
          <span className="h-3 w-full max-w-[720px] rounded bg-wash" />
        </div>
      ))}
    </div>
  );
}
