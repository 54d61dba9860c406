import { buildLog } from "@guildhall/attestation/testing";
import { stepsOf } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { disagreements } from "./agreement.ts";
import type { DecisionDetail } from "./hall-types.ts";

const log = await buildLog(1);
const sealed = (await log.seal(0)) as unknown as DecisionDetail["sealed"];
const receipt = log.receipts[0]!;
if (receipt.kind !== "decision") throw new Error("the sample log starts with a decision");
const { decision } = receipt;

const honest: DecisionDetail = {
  summary: {
    decision_id: receipt.receipt_id,
    seq: receipt.seq,
    decided_at: receipt.decided_at,
    logged_at: receipt.logged_at,
    tenant_id: receipt.tenant_id,
    capability_id: receipt.capability_id,
    env: "prod",
    data_label: "INTERNAL",
    outcome: decision.outcome,
    code: null,
    sentence: "",
    worker_id: receipt.worker_id,
    blast_score: 12,
    matched_rule_id: decision.matched_rule_id,
    dispatch_state: "succeeded",
    dry_run: false,
  },
  steps: stepsOf(decision).map(({ step, mark }) => ({ step, mark, sentence: "" })),
  sealed,
  previous: null,
  outcome: null,
  result: null,
  verifier_key: log.key,
};

describe("disagreements", () => {
  it("finds none where the Hall says what was sealed", () => {
    expect(disagreements(honest)).toEqual([]);
  });

  it("names each thing that the Hall says otherwise than sealed", () => {
    const lie = structuredClone(honest);
    lie.summary.outcome = "DENY";
    lie.summary.worker_id = "org.evil.worker";
    lie.steps[0]!.mark = "failed";
    expect(disagreements(lie)).toEqual(["outcome", "worker", "steps"]);
  });

  it("notices a whole other receipt", () => {
    expect(disagreements({ ...honest, summary: { ...honest.summary, decision_id: "other" } })).toEqual([
      "decision id",
    ]);
  });
});
