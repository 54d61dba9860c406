import type { AttestationMethod, Env } from "@guildhall/protocol";
import type { CompiledRule } from "./compile.ts";
import { type Floors, strongerMethod } from "./floors.ts";
import { isGuarded } from "./guarded-env.ts";
import type { Refusal } from "./refusal.ts";
import type { Snapshot, SnapshotAttestation, SnapshotWorker } from "./snapshot.ts";

/** What was found of the selected worker's code. Its hashes stay outside. */
export type AttestationFinding =
  | "missing"
  | "invalid_hash"
  | "unavailable"
  | "expired"
  | "differs"
  | "matches";

export interface AttestationCheck {
  readonly finding: AttestationFinding;
  readonly method: AttestationMethod | null;
  readonly refusal: Refusal | null;
}

/**
 * A worker with registered code is always held to it: what runs must be what was registered. One without is
 * refused where the rule, a profile or the environment asks for it.
 */
export function checkAttestation(
  snapshot: Snapshot,
  worker: SnapshotWorker,
  minimum: AttestationMethod | null,
  nowMs: number,
): AttestationCheck {
  const { attestation, workerId } = worker;
  const finding = findingOf(attestation, nowMs);
  const method = attestation?.method ?? null;
  const refused = (code: Refusal["code"], because: string): AttestationCheck => ({
    finding,
    method,
    refusal: { code, details: { worker_id: workerId }, because },
  });
  if (minimum !== null && !snapshot.attestationConfigured)
    return refused("DENY_ATTESTATION_UNCONFIGURED", `Asked for: ${minimum}.`);
  switch (finding) {
    case "missing":
      return minimum === null
        ? { finding, method, refusal: null }
        : refused(
            "DENY_WORKER_ATTESTATION_MISSING",
            `Nothing is registered of ${workerId}; asked for at least: ${minimum}.`,
          );
    case "invalid_hash":
      return refused("DENY_WORKER_ATTESTATION_INVALID_HASH", `Registered for ${workerId}.`);
    case "unavailable":
      return refused("DENY_WORKER_HASH_UNAVAILABLE", `Nobody has measured ${workerId}.`);
    case "expired":
      return refused("DENY_WORKER_HASH_UNAVAILABLE", `The measurement of ${workerId} is too old.`);
    case "differs":
      return refused("DENY_WORKER_TAMPERED", `Found at ${workerId}.`);
    case "matches":
      return strongerMethod(method, minimum) === method
        ? { finding, method, refusal: null }
        : refused(
            "DENY_WORKER_ATTESTATION_MISSING",
            `The code of ${workerId} is ${method}; asked for at least: ${minimum}.`,
          );
  }
}

/** The weakest method that counts for this rule here; null where no attestation is asked for. */
export function attestationMinimum(rule: CompiledRule, floors: Floors, env: Env): AttestationMethod | null {
  const { must_be_attested, deny_if_no_attestation_in_prod, deny_if_unsigned_artifact_in_prod } =
    rule.preconditions;
  const guarded = isGuarded(env);
  let minimum = floors.attestationMinimum;
  if (must_be_attested || (guarded && deny_if_no_attestation_in_prod))
    minimum = strongerMethod(minimum, "self-reported");
  // A worker's word for itself signs no artifact.
  if (guarded && deny_if_unsigned_artifact_in_prod) minimum = strongerMethod(minimum, "runner-measured");
  return minimum;
}

/** Of an attestation that is there, or is not, at this moment. */
export function findingOf(attestation: SnapshotAttestation | null, nowMs: number): AttestationFinding {
  if (attestation === null) return "missing";
  if (!/^[0-9a-f]{64}$/.test(attestation.registeredHash)) return "invalid_hash";
  if (attestation.currentHash === null) return "unavailable";
  if (attestation.currentHash !== attestation.registeredHash) return "differs";
  return nowMs < attestation.validUntilMs ? "matches" : "expired";
}
