"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { type ReactNode, useEffect, useRef } from "react";
import { disagreements } from "../lib/agreement.ts";
import { engrave } from "../lib/engraving.ts";
import { hall } from "../lib/hall-client.ts";
import type { DecisionDetail, DecisionSummary } from "../lib/hall-types.ts";
import { paths } from "../lib/paths.ts";
import { readRefusal } from "../lib/refusal.ts";
import { openSeal, sealWords } from "../lib/seal.ts";
import type { CheckedSeal } from "../lib/verify-here.ts";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Mark } from "../ui/mark.tsx";
import { Time } from "../ui/time.tsx";
import { CheckCopy } from "./check-copy.tsx";
import { DecisionRail } from "./decision-rail.tsx";
import { DecisionRecord } from "./decision-record.tsx";
import { KeyChanged, KeyPinLine } from "./key-pin.tsx";
import { OutcomeWord } from "./outcome-words.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { Seal } from "./seal.tsx";
import { SealFindings } from "./seal-findings.tsx";
import { useCheckedSeal } from "./use-checked-seal.ts";
import { useScope } from "./use-scope.ts";
import { WorkSection } from "./work-section.tsx";

const POLL_MS = 1000;

/** One decision, whole. @param remedy what would change the answer; null where nothing stopped it */
export function DecisionView({
  id,
  initial,
  remedy,
}: {
  id: string;
  initial: DecisionDetail | null;
  remedy: string | null;
}) {
  const { data, error, refetch } = useQuery({
    queryKey: ["decision.get", id],
    queryFn: ({ signal }) => hall.decision.get.query({ id }, { signal }),
    // Work that still runs will close with a second receipt.
    refetchInterval: ({ state }) => (isOpenWork(state.data?.summary) ? POLL_MS : false),
    ...(initial && { initialData: initial }),
  });
  if (data) return <Decision detail={data} remedy={remedy} />;
  if (error)
    return (
      <RefusalNotice
        what="The decision could not be read"
        refusal={readRefusal(error)}
        onRetry={() => void refetch()}
      />
    );
  return null;
}

function Decision({ detail, remedy }: { detail: DecisionDetail; remedy: string | null }) {
  const { summary, steps, sealed, previous, verifier_key } = detail;
  const { checked, again } = useCheckedSeal(sealed, verifier_key, previous);
  return (
    <article aria-labelledby="decision-title" className="pb-16">
      <Heading summary={summary} remedy={remedy}>
        <Seal
          reading={checked?.reading ?? openSeal()}
          engraving={engrave(sealed)}
          className="size-22 mid:size-28"
        />
      </Heading>
      <Verdict detail={detail} checked={checked} onReplaced={again} />
      <Section title="Steps">
        <DecisionRail steps={steps} />
      </Section>
      <WorkSection detail={detail} />
      <Section title="Proof">
        {checked && checked.pin.status !== "changed" && <KeyPinLine pin={checked.pin} />}
        <SealFindings reading={checked?.reading ?? openSeal()} label="Checks of the receipt" />
        <details className="group mt-4">
          <summary className="inline-flex h-8 items-center rounded border border-edge px-3 text-13 font-medium hover:bg-wash">
            Check a copy
          </summary>
          <div className="mt-4">
            <CheckCopy sealed={sealed} verifierKey={verifier_key} previous={previous} />
          </div>
        </details>
      </Section>
      <Section title="Record">
        <DecisionRecord receipt={sealed.receipt} />
      </Section>
    </article>
  );
}

/** What was asked, what stopped it, what would change it; the seal beside it. */
function Heading({
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

/** What this browser found, beside what the Hall says. */
function Verdict({
  detail,
  checked,
  onReplaced,
}: {
  detail: DecisionDetail;
  checked: CheckedSeal | null;
  onReplaced: () => void;
}) {
  const reading = checked?.reading ?? openSeal();
  const holds = reading.state === "verified" || reading.state === "partial";
  const differing = holds ? disagreements(detail) : [];
  return (
    <div className="border-b border-line">
      <p role="status" className="flex items-baseline gap-2 px-4 py-2.5 text-13 mid:px-6">
        <Mark name={verdictMark(reading.state)} />
        <span>
          <strong className="font-semibold">{sealWords(reading)}</strong>
          {holds &&
            `, in this browser, against a log of ${reading.treeSize.toLocaleString("en-US")} entries.`}
          {reading.state === "broken" && ` (${reading.code}). Do not rely on what stands here.`}
        </span>
      </p>
      {differing.length > 0 && (
        <p role="alert" className="border-l-2 border-deny bg-deny-wash px-4 py-3 text-13">
          The Hall's words on this page differ from the sealed receipt: {differing.join(", ")}. The receipt is
          what counts; tell the operator.
        </p>
      )}
      {checked?.pin.status === "changed" && <KeyChanged pin={checked.pin} onReplaced={onReplaced} />}
    </div>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="px-4 pt-6 mid:px-6">
      <h2 className="mb-2 text-16">{title}</h2>
      {children}
    </section>
  );
}

function verdictMark(state: string): "allow" | "deny" | "stale" {
  if (state === "verified" || state === "partial") return "allow";
  return state === "checking" ? "stale" : "deny";
}

function allowedWords({ worker_id, capability_id, env, data_label, dry_run }: DecisionSummary): string {
  const asked = `${capability_id} in ${env} with ${data_label} data`;
  return dry_run
    ? `${worker_id} may run ${asked}. A dry run: nothing was started.`
    : `${worker_id} may run ${asked}.`;
}

function isOpenWork(summary: DecisionSummary | undefined): boolean {
  return summary?.dispatch_state === "waiting" || summary?.dispatch_state === "running";
}
