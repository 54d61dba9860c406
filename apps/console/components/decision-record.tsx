import type { ReactNode } from "react";
import type { DecisionDetail } from "../lib/hall-types.ts";
import { fieldsOf, textOf } from "../lib/json-fields.ts";
import { CopyButton } from "../ui/copyable.tsx";
import { count } from "../ui/count.ts";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Entry, Record } from "../ui/record.tsx";

/** The receipt's facts, from the sealed body itself. A field that a body lacks is left out. */
export function DecisionRecord({ receipt }: { receipt: DecisionDetail["sealed"]["receipt"] }) {
  const decision = fieldsOf(receipt.decision);
  const inputs = fieldsOf(decision.inputs);
  const selected = fieldsOf(decision.selected);
  const blast = fieldsOf(decision.blast);
  const actor = fieldsOf(receipt.actor);
  return (
    <div className="space-y-6">
      <p className="text-13 text-quiet">
        <span className="font-mono text-12">d</span> declared by the caller,{" "}
        <span className="font-mono text-12">m</span> measured by the Hall.
      </p>
      <div>
        <h3 className="mb-1.5 text-13">What was asked</h3>
        <Record label="What was asked">
          <Entry name="Capability" from="declared">
            <Id value={receipt.capability_id} label="capability" />
          </Entry>
          <Entry name="Environment" from="declared">
            <Plain value={inputs.env} />
          </Entry>
          <Entry name="Data label" from="declared">
            <Plain value={inputs.data_label} />
          </Entry>
          <Entry name="Risk, class" from="declared">
            <Plain value={inputs.tenant_risk} />, <Plain value={inputs.qos_class} />
          </Entry>
          <Entry name="Tenant id" from="declared">
            <Id value={receipt.tenant_id} label="tenant id" />
          </Entry>
          <Entry name="Correlation" from="declared">
            <Id value={receipt.correlation_id} label="correlation id" />
          </Entry>
          <Entry name={`Asked by ${textOf(actor.kind) ?? ""}`} from="measured">
            <Id value={actor.id} label="actor id" />
          </Entry>
        </Record>
      </div>
      <div>
        <h3 className="mb-1.5 text-13">What was answered</h3>
        <Record label="What was answered">
          <Entry name="Outcome" from="measured">
            <Plain value={decision.outcome} />
            {textOf(fieldsOf(decision.deny).code) !== null && (
              <>
                , <Id value={fieldsOf(decision.deny).code} label="deny code" />
              </>
            )}
          </Entry>
          <Entry name="Rule" from="measured">
            <Id value={decision.matched_rule_id} label="rule id" />
          </Entry>
          <Entry name="Worker" from="measured">
            <Id value={receipt.worker_id} label="worker id" />
          </Entry>
          {textOf(selected.worker_record_hash) !== null && (
            <Entry name="Worker record" from="measured">
              <Id value={selected.worker_record_hash} label="worker record hash" />
            </Entry>
          )}
          {typeof blast.score === "number" && (
            <Entry name="Blast score" from="measured">
              <span className="font-mono tabular-nums">{blastWords(blast)}</span>
            </Entry>
          )}
          <Entry name="Controls verified" from="measured">
            <Ids values={decision.controls_verified} />
          </Entry>
        </Record>
      </div>
      <div>
        <h3 className="mb-1.5 text-13">How it is recorded</h3>
        <Record label="How it is recorded">
          <Entry name="Decision id">
            <Id value={receipt.receipt_id} label="decision id" />
          </Entry>
          <Entry name="Chain, number">
            <Id value={receipt.chain} label="chain id" />, No. {number(receipt.seq)}
          </Entry>
          <Entry name="Log, leaf">
            <Id value={receipt.hall} label="log origin" />, leaf {number(receipt.leaf_index)}
          </Entry>
          <Entry name="Decided">
            <Id value={receipt.decided_at} label="time of the decision" />
          </Entry>
          <Entry name="Logged">
            <Id value={receipt.logged_at} label="time of logging" />
          </Entry>
          <Entry name="Receipt hash">
            <Id value={receipt.receipt_hash} label="receipt hash" />
          </Entry>
          <Entry name="Previous hash">
            <Id
              value={receipt.prev_receipt_hash}
              label="previous receipt hash"
              none="none: the first of its chain"
            />
          </Entry>
          <Entry name="Payload">
            <Id value={receipt.artifact_hash} label="payload commitment" />
          </Entry>
          <Entry name="Signing key">
            <Id value={receipt.signing_key_id} label="signing key id" />
          </Entry>
          <Entry name="Key lives in">
            <Plain value={receipt.signing_module} />
          </Entry>
          <Entry name="Format">
            <Plain value={receipt.spec_version} />
          </Entry>
        </Record>
      </div>
    </div>
  );
}

/** An id whole, so that it can be compared by eye, with a copy. */
function Id({ value, label, none = "none" }: { value: unknown; label: string; none?: string }): ReactNode {
  if (typeof value !== "string" || value === "") return <span className="text-quiet">{none}</span>;
  return (
    <span className="font-mono">
      <ForeignText text={value} />
      <CopyButton text={value} label={label} />
    </span>
  );
}

function Ids({ values }: { values: unknown }): ReactNode {
  if (!Array.isArray(values) || values.length === 0) return <span className="text-quiet">none required</span>;
  return (
    <ul className="font-mono">
      {values.map((value) => (
        <li key={String(value)}>
          <ForeignText text={String(value)} />
        </li>
      ))}
    </ul>
  );
}

function Plain({ value }: { value: unknown }): ReactNode {
  return typeof value === "string" ? <ForeignText text={value} /> : <span className="text-quiet">none</span>;
}

function blastWords(blast: { [field: string]: unknown }): string {
  const gate = typeof blast.limit === "number" ? `gate ${blast.limit}` : "no gate";
  const caller = typeof blast.caller === "number" ? `, caller ${blast.caller}` : "";
  return `${blast.score} of 100, ${gate} (heuristic ${blast.heuristic}, dimensions ${blast.dimensions}, chain ${blast.chain}${caller})`;
}

function number(value: unknown): string {
  return typeof value === "number" ? count(value) : "?";
}
