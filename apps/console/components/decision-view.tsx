"use client";

import { useQuery } from "@tanstack/react-query";
import { disagreements } from "../lib/agreement.ts";
import { engrave } from "../lib/engraving.ts";
import { hall } from "../lib/hall-client.ts";
import type { DecisionDetail, DecisionSummary } from "../lib/hall-types.ts";
import { readRefusal } from "../lib/refusal.ts";
import { openSeal, sealWords } from "../lib/seal.ts";
import type { CheckedSeal } from "../lib/verify-here.ts";
import { count } from "../ui/count.ts";
import { Mark } from "../ui/mark.tsx";
import { Section } from "../ui/section.tsx";
import { CheckCopy } from "./check-copy.tsx";
import { DecisionHeading } from "./decision-heading.tsx";
import { DecisionRail } from "./decision-rail.tsx";
import { DecisionRecord } from "./decision-record.tsx";
import { DecisionSkeleton } from "./decision-skeleton.tsx";
import { KeyChanged, KeyPinLine } from "./key-pin.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { Seal } from "./seal.tsx";
import { SealFindings } from "./seal-findings.tsx";
import { useCheckedSeal } from "./use-checked-seal.ts";
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
  return <DecisionSkeleton />;
}

function Decision({ detail, remedy }: { detail: DecisionDetail; remedy: string | null }) {
  const { summary, steps, sealed, previous, verifier_key } = detail;
  const { checked, again } = useCheckedSeal(sealed, verifier_key, previous);
  return (
    <article aria-labelledby="decision-title" className="pb-16">
      <DecisionHeading summary={summary} remedy={remedy}>
        <Seal
          reading={checked?.reading ?? openSeal()}
          engraving={engrave(sealed)}
          className="size-22 mid:size-28"
        />
      </DecisionHeading>
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
          {holds && `, in this browser, against a log of ${count(reading.treeSize)} entries.`}
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

function verdictMark(state: string): "allow" | "deny" | "stale" {
  if (state === "verified" || state === "partial") return "allow";
  return state === "checking" ? "stale" : "deny";
}

function isOpenWork(summary: DecisionSummary | undefined): boolean {
  return summary?.dispatch_state === "waiting" || summary?.dispatch_state === "running";
}
