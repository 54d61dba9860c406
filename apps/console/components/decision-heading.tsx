"use client";

import Link from "next/link";
import { type ReactNode, useEffect, useRef } from "react";
import type { DecisionSummary } from "../lib/hall-types.ts";
import { paths } from "../lib/paths.ts";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Time } from "../ui/time.tsx";
import { OutcomeWord } from "./outcome-words.tsx";
import { useScope } from "./use-scope.ts";

/** What was asked, what stopped it, what would change it; the seal beside it. */
export function DecisionHeading({
  summary,
  remedy,
  children,
}: {
  summary: DecisionSummary;
  remedy: string | null;
  children: ReactNode;
}) {
  const { tenant, query } = useScope();
  const title = useRef<HTMLHeadingElement>(null);
  const id = summary.decision_id;
  // Below the width of two panes the page is a new one, so its heading takes the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another decision is another page
  useEffect(() => {
    if (!window.matchMedia("(min-width: 1100px)").matches) title.current?.focus();
  }, [id]);
  return (
    <header className="border-b border-line px-4 pt-3 pb-5 mid:px-6">
      <div className="flex items-center justify-between text-13 text-quiet">
        <p>
          No. {summary.seq} · <Time at={summary.decided_at} />
        </p>
        <Link
          href={paths.decisions(tenant, query)}
          scroll={false}
          className="-mr-2 rounded px-2 py-1 hover:bg-wash hover:text-ink"
        >
          Close <kbd className="ml-1 hidden font-mono text-12 wide:inline">esc</kbd>
        </Link>
      </div>
      <div className="mt-2 flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h1 id="decision-title" ref={title} tabIndex={-1} className="text-20 outline-none">
            <OutcomeWord outcome={summary.outcome} />
          </h1>
          <p className="mt-0.5 font-mono text-14 [overflow-wrap:anywhere]">
            <ForeignText text={summary.capability_id ?? "no capability named"} />
          </p>
          <p className="mt-2 [overflow-wrap:anywhere]">
            <ForeignText
              text={summary.sentence === "" ? allowedWords(summary) : summary.sentence}
              max={2048}
            />
          </p>
          {remedy && <p className="mt-2 text-quiet">{remedy}</p>}
          {summary.code && <p className="mt-2 font-mono text-12 text-quiet">{summary.code}</p>}
        </div>
        {children}
      </div>
    </header>
  );
}

function allowedWords({ worker_id, capability_id, env, data_label, dry_run }: DecisionSummary): string {
  const asked = `${capability_id} in ${env} with ${data_label} data`;
  return dry_run
    ? `${worker_id} may run ${asked}. A dry run: nothing was started.`
    : `${worker_id} may run ${asked}.`;
}
