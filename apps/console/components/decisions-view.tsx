"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useRef } from "react";
import { hall } from "../lib/hall-client.ts";
import type { DecisionPage, DecisionSummary } from "../lib/hall-types.ts";
import { DECISIONS_PAGE, type DecisionsQuery, paths } from "../lib/paths.ts";
import { readRefusal } from "../lib/refusal.ts";
import { Message } from "../ui/message.tsx";
import { DecisionsFilter } from "./decisions-filter.tsx";
import { DecisionsTable, SkeletonRows } from "./decisions-table.tsx";
import { HowToAsk } from "./how-to-ask.tsx";
import { RefusalNotice, StaleNotice } from "./refusal-notice.tsx";
import { useListKeys } from "./use-list-keys.ts";
import { usePlace } from "./use-place.ts";
import { useScope } from "./use-scope.ts";

/** Fresh within two seconds, whatever one answer takes. */
const POLL_MS = 1000;
const POLL_AFTER_ERROR_MS = 3000;

/** The list of decisions, and beside it (below 1100 px: instead of it) the one that is open. */
export function DecisionsView({
  hallUrl,
  newest,
  children,
}: {
  hallUrl: string;
  /** The first page as nothing narrows it, where the server could read it. */
  newest: DecisionPage | null;
  children: ReactNode;
}) {
  const { tenant, openId, query } = useScope();
  const router = useRouter();
  const pane = useRef<HTMLDivElement>(null);
  useListKeys(() => {
    if (openId !== null) router.push(paths.decisions(tenant, query), { scroll: false });
  });
  usePlace(pane, openId);
  const isOpen = openId !== null;
  return (
    <div className={isOpen ? "wide:grid wide:grid-cols-[minmax(360px,1fr)_minmax(480px,600px)]" : ""}>
      <div ref={pane} className={isOpen ? "hidden wide:block" : ""}>
        <DecisionsList hallUrl={hallUrl} newest={newest} openId={openId} query={query} tenant={tenant} />
      </div>
      {isOpen && (
        <div className="bg-sheet wide:sticky wide:top-12 wide:h-[calc(100dvh-48px)] wide:overflow-y-auto wide:border-l wide:border-line">
          {children}
        </div>
      )}
    </div>
  );
}

function DecisionsList({
  hallUrl,
  newest,
  openId,
  query,
  tenant,
}: {
  hallUrl: string;
  newest: DecisionPage | null;
  openId: string | null;
  query: DecisionsQuery;
  tenant: string;
}) {
  const { env, outcome, before, find } = query;
  const isNewest = env === undefined && outcome === undefined && before === undefined;
  const { data, error, isError, dataUpdatedAt, refetch } = useQuery({
    queryKey: ["decision.list", { env, outcome, before }],
    queryFn: ({ signal }) =>
      hall.decision.list.query(
        {
          limit: DECISIONS_PAGE,
          ...(env && { env }),
          ...(outcome && { outcome }),
          ...(before !== undefined && { before }),
        },
        { signal },
      ),
    refetchInterval: ({ state }) => (state.status === "error" ? POLL_AFTER_ERROR_MS : POLL_MS),
    ...(isNewest && newest && { initialData: newest }),
  });
  const rows = data && find !== undefined ? data.decisions.filter((row) => says(row, find)) : data?.decisions;
  return (
    <section aria-label="Decisions" className="@container">
      <DecisionsFilter />
      {isError && data && (
        <StaleNotice refusal={readRefusal(error)} since={new Date(dataUpdatedAt).toISOString()} />
      )}
      {rows === undefined ? (
        isError ? (
          <RefusalNotice
            what="The decisions could not be read"
            refusal={readRefusal(error)}
            onRetry={() => void refetch()}
          />
        ) : (
          <SkeletonRows />
        )
      ) : rows.length === 0 ? (
        <NothingHere query={query} hallUrl={hallUrl} />
      ) : (
        <DecisionsTable rows={rows} openId={openId} />
      )}
      {rows && rows.length > 0 && (
        <Pages shown={rows.length} query={query} tenant={tenant} next={data?.next ?? null} openId={openId} />
      )}
    </section>
  );
}

function NothingHere({ query, hallUrl }: { query: DecisionsQuery; hallUrl: string }) {
  const { tenant, narrow } = useScope();
  const isNarrow = query.env ?? query.outcome ?? query.find ?? query.before;
  if (isNarrow === undefined) return <HowToAsk hallUrl={hallUrl} tenant={tenant} />;
  return (
    <Message title="No decision fits">
      <p>
        {query.find === undefined
          ? "Nothing was decided in this part of the list."
          : "None of the rows of this page contains these words. The words are looked for in the rows that are loaded, not in the whole ledger."}
      </p>
      <button
        type="button"
        className="text-accent underline"
        onClick={() => narrow({ env: undefined, outcome: undefined, find: undefined })}
      >
        Show all decisions
      </button>
    </Message>
  );
}

/** What is cut, and the way to it. */
function Pages({
  shown,
  query,
  tenant,
  next,
  openId,
}: {
  shown: number;
  query: DecisionsQuery;
  tenant: string;
  next: number | null;
  openId: string | null;
}) {
  const { before, ...newest } = query;
  const to = (target: DecisionsQuery) =>
    openId === null ? paths.decisions(tenant, target) : paths.decision(tenant, openId, target);
  return (
    <nav
      aria-label="Pages"
      className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-13 text-quiet mid:px-6"
    >
      <p role="status">
        {shown === 1 ? "1 decision" : `${shown} decisions`}
        {before === undefined
          ? next === null
            ? ", all there are."
            : ", the newest."
          : ` before No. ${before}.`}
      </p>
      {before !== undefined && (
        <Link className="text-accent underline" href={to(newest)}>
          Newest
        </Link>
      )}
      {next !== null && (
        <Link className="text-accent underline" href={to({ ...newest, before: next })}>
          Older
        </Link>
      )}
    </nav>
  );
}

function says(row: DecisionSummary, find: string): boolean {
  const text = [
    row.seq,
    row.outcome,
    row.capability_id,
    row.env,
    row.data_label,
    row.worker_id,
    row.code,
    row.sentence,
  ]
    .concat([row.tenant_id, row.matched_rule_id, row.decision_id, row.dispatch_state])
    .join(" ")
    .toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
