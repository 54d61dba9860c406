import type { DecisionInputs, InputProblem, RouteInput } from "@guildhall/protocol";
import { findingOf } from "./check-attestation.ts";
import { inOrder } from "./check-controls.ts";
import { problemList } from "./check-input.ts";
import { keyInputs } from "./check-key.ts";
import type { Program } from "./compile.ts";
import type { RouteRequest } from "./decide.ts";
import { callerScore } from "./score-blast.ts";
import type { Selection } from "./select-worker.ts";
import { hasQuota, type Snapshot } from "./snapshot.ts";
import { wholeOrText } from "./whole-number.ts";

/** What the engine reads from the request's payload: that, and nothing else of it. */
export interface RequestFacts {
  readonly egress: boolean;
  readonly external_call: boolean;
  readonly writes: boolean;
  readonly mutates_state: boolean;
}

/** In this order the facts that hold are named in the receipt. */
const FACTS = ["egress", "external_call", "mutates_state", "writes"] as const;

/** A fact holds unless it is absent, false, null, 0 or the empty string: doubt counts against the caller. */
export function readFacts(payload: RouteInput["request"]): RequestFacts {
  return {
    egress: Boolean(payload.egress),
    external_call: Boolean(payload.external_call),
    writes: Boolean(payload.writes),
    mutates_state: Boolean(payload.mutates_state),
  };
}

/**
 * Everything this decision depends on, in the words of the receipt: the request's fields, the facts read
 * from its payload, and the version of each thing that changes over time. The payload, the two contexts and
 * the credential itself stay outside, because bodies are kept for ever.
 */
export function readInputs(
  program: Program,
  snapshot: Snapshot,
  input: RouteInput,
  facts: RequestFacts,
  nowMs: number,
): DecisionInputs {
  return {
    bans_version: wholeOrText(snapshot.bansVersion),
    blast_score: callerScore(input),
    bundle_digest: program.digest,
    capability_id: input.capability_id,
    catalog_version: snapshot.catalogVersion,
    correlation_id: input.correlation_id,
    data_label: input.data_label,
    dry_run: input.dry_run,
    env: input.env,
    epoch: wholeOrText(snapshot.epoch),
    hall_epoch: wholeOrText(snapshot.hallEpoch),
    policy_version: input.policy_version,
    qos_class: input.qos_class,
    request_facts: FACTS.filter((name) => facts[name]),
    snapshot_age_ms: wholeOrText(nowMs - snapshot.takenAtMs),
    snapshot_max_age_ms: wholeOrText(snapshot.maxAgeMs),
    snapshot_version: wholeOrText(snapshot.version),
    tenant_credential_present: typeof input.tenant_credential === "string",
    tenant_id: input.tenant_id,
    tenant_risk: input.tenant_risk,
  };
}

/** What was seen of who asks, where it is not the everyday: a key out of its bounds, an identity that is not the key's, a tenant that stands still. */
export function callerInputs(
  inputs: DecisionInputs,
  { snapshot, request, input }: { snapshot: Snapshot; request: RouteRequest; input: RouteInput },
): void {
  keyInputs(inputs, request.key, input);
  if (!request.identities.has(input.tenant_id)) inputs.signatory_bound = false;
  if (snapshot.tenantStatus !== "active") inputs.tenant_status = snapshot.tenantStatus;
  const profile = snapshot.environmentProfiles[input.env];
  if (profile !== null) inputs.environment_profile = profile;
  if (snapshot.signatoryRequired) inputs.signatory_required = true;
  const agreements = snapshot.agreements.filter(({ identities }) => identities.has(input.tenant_id));
  if (agreements.length > 0)
    inputs.agreements = agreements.map((agreement) => ({
      agreement_id: agreement.agreementId,
      digest: agreement.digest,
      ...(hasQuota(agreement) && {
        quota_left: wholeOrText(snapshot.quotaLeft.get(agreement.agreementId) ?? 0),
      }),
      state: agreement.state,
      version: agreement.version,
    }));
  if (agreements.some(({ terms }) => terms.agents !== null)) inputs.agent = request.agent.toWellFormed();
}

/**
 * What else was seen of the living Hall, where it is not the everyday: the workers that were passed over, the sums of
 * the chain and of the agent's budget, the domains that may be reached, the certificates and the attestation of the worker.
 */
export function liveInputs(
  inputs: DecisionInputs,
  {
    snapshot,
    request,
    input,
    nowMs,
  }: { snapshot: Snapshot; request: RouteRequest; input: RouteInput; nowMs: number },
  { worker, passedOver }: Pick<Selection, "worker" | "passedOver">,
): void {
  const chainSum = snapshot.chainSums.get(input.correlation_id) ?? 0;
  if (chainSum !== 0) inputs.chain_sum = wholeOrText(chainSum);
  const spent = snapshot.blastSpent.get(request.agent) ?? 0;
  if (spent !== 0) inputs.blast_spent = wholeOrText(spent);
  if (passedOver.length > 0)
    inputs.passed_over = passedOver.map((one) => ({
      available: one.available,
      banned: snapshot.bannedWorkers.has(one.workerId),
      record_hash: one.recordHash,
      transport_digest: one.transportDigest,
      worker_id: one.workerId,
    }));
  if (worker === null) return;
  // Here and not with its step: policies see it before, and may end the matter.
  if (snapshot.attestationConfigured || worker.attestation !== null)
    inputs.attestation = {
      configured: snapshot.attestationConfigured,
      finding: findingOf(worker.attestation, nowMs),
      method: worker.attestation?.method ?? null,
    };
  const certificates = snapshot.certificates.get(worker.workerId) ?? [];
  if (certificates.length > 0)
    inputs.certificates = certificates.map(({ certificateId, digest, revoked }) => ({
      certificate_id: certificateId,
      digest,
      revoked,
    }));
  const asked = worker.privilegeEnvelope?.egress?.allowlist ?? [];
  if (asked.length === 0) return;
  const allowed = snapshot.egressAllowlist[input.env];
  inputs.egress = {
    allowed: inOrder(
      asked.filter((domain) => allowed.includes(domain)).map((domain) => domain.toWellFormed()),
    ),
    configured: allowed.length > 0,
  };
}

/** Of a request that breaks its schema only what is wrong with it enters the receipt. */
export function readInvalidInputs(
  program: Program,
  snapshot: Snapshot,
  problems: readonly InputProblem[],
  nowMs: number,
): DecisionInputs {
  return {
    bans_version: wholeOrText(snapshot.bansVersion),
    bundle_digest: program.digest,
    epoch: wholeOrText(snapshot.epoch),
    hall_epoch: wholeOrText(snapshot.hallEpoch),
    problems: problemList(problems),
    snapshot_age_ms: wholeOrText(nowMs - snapshot.takenAtMs),
    snapshot_version: wholeOrText(snapshot.version),
  };
}
