import type { DecisionInputs, InputProblem, RouteInput } from "@guildhall/protocol";
import { problemList } from "./check-input.ts";
import type { Program } from "./compile.ts";
import { callerScore } from "./score-blast.ts";
import type { Snapshot } from "./snapshot.ts";
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
    snapshot_version: wholeOrText(snapshot.version),
    tenant_credential_present: typeof input.tenant_credential === "string",
    tenant_id: input.tenant_id,
    tenant_risk: input.tenant_risk,
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
