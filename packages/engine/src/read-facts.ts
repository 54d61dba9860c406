import { type Blast, type CapabilityId, namespaceOf, type RouteInput } from "@guildhall/protocol";
import type { PolicyFacts } from "./policy-facts.ts";
import type { RequestFacts } from "./read-inputs.ts";
import { callerScore } from "./score-blast.ts";
import type { Snapshot, SnapshotAgreement, SnapshotWorker } from "./snapshot.ts";

/** What the expressions of policies see of one request: the same things that its decision depends on. */
export function policyFacts(
  {
    snapshot,
    input,
    capability,
    nowMs,
  }: { snapshot: Snapshot; input: RouteInput; capability: CapabilityId; nowMs: number },
  found: {
    worker: SnapshotWorker;
    agreement: SnapshotAgreement | null;
    facts: RequestFacts;
    blast: Blast;
    chainSum: number;
    certified: boolean;
  },
): PolicyFacts {
  const { worker, agreement, facts, blast, chainSum, certified } = found;
  return {
    request: {
      capability_id: capability,
      env: input.env,
      data_label: input.data_label,
      tenant_risk: input.tenant_risk,
      qos_class: input.qos_class,
      tenant_id: input.tenant_id,
      policy_version: input.policy_version,
      dry_run: input.dry_run,
      egress: facts.egress,
      external_call: facts.external_call,
      writes: facts.writes,
      mutates_state: facts.mutates_state,
      blast_score: callerScore(input) ?? -1,
    },
    worker: {
      worker_id: worker.workerId,
      species_id: worker.speciesId,
      namespace: namespaceOf(worker.workerId),
      risk_tier: worker.riskTier,
      network_egress: worker.privilegeEnvelope?.network_egress ?? "none",
      attestation: worker.attestation?.method ?? "none",
      capabilities: [...worker.capabilities].sort(),
      controls: [...worker.implements].sort(),
      certified,
      dimension_sum: worker.dimensionSum,
    },
    tenant: { identity: input.tenant_id, status: snapshot.tenantStatus },
    agreement: {
      in_force: agreement !== null,
      agreement_id: agreement?.agreementId ?? "",
      version: agreement?.version ?? 0,
      max_blast_score: agreement?.terms.max_blast_score ?? 0,
    },
    chain: { dimension_sum: chainSum },
    blast: {
      score: blast.score,
      heuristic: blast.heuristic,
      dimensions: blast.dimensions,
      chain: blast.chain,
      dimension_sum: blast.dimension_sum,
    },
    now: nowMs,
  };
}
