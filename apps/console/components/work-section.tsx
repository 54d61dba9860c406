"use client";

import { engrave } from "../lib/engraving.ts";
import type { DecisionDetail } from "../lib/hall-types.ts";
import { fieldsOf, textOf } from "../lib/json-fields.ts";
import { openSeal, sealWords } from "../lib/seal.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Entry, Record } from "../ui/record.tsx";
import { Section } from "../ui/section.tsx";
import { WorkState } from "./outcome-words.tsx";
import { Seal } from "./seal.tsx";
import { useCheckedSeal } from "./use-checked-seal.ts";

/** What became of the work that the decision started, and the receipt that closed it. */
export function WorkSection({ detail }: { detail: DecisionDetail }) {
  const { summary, outcome, result } = detail;
  if (summary.dispatch_state === null) return null;
  return (
    <Section title="Work">
      {outcome === null ? (
        <p className="text-13">
          <WorkState state={summary.dispatch_state} />{" "}
          <span className="text-quiet">A second receipt will close it.</span>
        </p>
      ) : (
        <Closed state={summary.dispatch_state} outcome={outcome} detail={detail} />
      )}
      {result !== null && result !== undefined && (
        <div className="mt-3">
          <h3 className="mb-1.5 text-13">What the worker answered</h3>
          <CodeBlock wraps label="answer of the worker" text={JSON.stringify(result, null, 2)} />
        </div>
      )}
    </Section>
  );
}

function Closed({
  state,
  outcome,
  detail,
}: {
  state: string;
  outcome: NonNullable<DecisionDetail["outcome"]>;
  detail: DecisionDetail;
}) {
  const receipt = fieldsOf(outcome.receipt);
  // Only where nothing came between is the decision's own receipt the one before.
  const isNext = receipt.prev_receipt_hash === detail.sealed.receipt.receipt_hash;
  const { checked } = useCheckedSeal(outcome, detail.verifier_key, isNext ? detail.sealed.receipt : null);
  const reading = checked?.reading ?? openSeal();
  return (
    <div className="flex items-start gap-4">
      <div className="min-w-0 grow">
        <Record label="How the work ended">
          <Entry name="State">
            <WorkState state={state} />
          </Entry>
          {textOf(receipt.reason) !== null && (
            <Entry name="Reason">
              <span className="font-mono">
                <ForeignText text={textOf(receipt.reason) ?? ""} />
              </span>
            </Entry>
          )}
          <Entry name="Worker">
            <span className="font-mono">
              <ForeignText text={textOf(receipt.worker_id) ?? "none"} />
            </span>
          </Entry>
          <Entry name="Attempts">{String(receipt.attempts ?? "?")}</Entry>
          <Entry name="Took">{duration(receipt)}</Entry>
          <Entry name="Closing receipt">
            <span className="font-mono">No. {String(receipt.seq ?? "?")}</span>,{" "}
            {sealWords(reading).toLowerCase()}
          </Entry>
        </Record>
      </div>
      <Seal reading={reading} engraving={engrave(outcome)} className="size-16" />
    </div>
  );
}

function duration(receipt: { [field: string]: unknown }): string {
  const [from, to] = [
    Date.parse(textOf(receipt.started_at) ?? ""),
    Date.parse(textOf(receipt.ended_at) ?? ""),
  ];
  if (Number.isNaN(from) || Number.isNaN(to)) return "it never started";
  const ms = to - from;
  return ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`;
}
