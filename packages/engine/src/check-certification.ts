import type { CapabilityId, RouteInput } from "@guildhall/protocol";
import type { Refusal } from "./refusal.ts";
import { shown } from "./sanitise.ts";
import type { Snapshot, SnapshotCertificate, SnapshotWorker } from "./snapshot.ts";

export interface CertificationCheck {
  readonly certificate: SnapshotCertificate | null;
  readonly refusal: Refusal | null;
}

/** A certificate counts for the very record that was examined, in its scope, while it is valid. */
export function checkCertification(
  snapshot: Snapshot,
  worker: SnapshotWorker,
  required: boolean,
  input: RouteInput,
  capability: CapabilityId,
  nowMs: number,
): CertificationCheck {
  const granted = snapshot.certificates.get(worker.workerId) ?? [];
  const certificate = granted.find((one) => whyNot(one, worker, input, capability, nowMs) === null) ?? null;
  if (certificate !== null || !required) return { certificate, refusal: null };

  const newest = granted[0];
  const details = { worker_id: worker.workerId };
  if (newest === undefined)
    return {
      certificate,
      refusal: { code: "DENY_CERTIFICATION_REQUIRED", details, because: `${worker.workerId} has none.` },
    };
  const { code, what } = whyNot(newest, worker, input, capability, nowMs) as Reason;
  const { certificateId } = newest;
  return {
    certificate,
    refusal: {
      code,
      details: { ...details, certificate_id: certificateId },
      because: `${shown(certificateId)} of ${worker.workerId} ${what}.`,
    },
  };
}

interface Reason {
  code: Refusal["code"];
  what: string;
}

function whyNot(
  certificate: SnapshotCertificate,
  worker: SnapshotWorker,
  { env, data_label }: RouteInput,
  capability: CapabilityId,
  nowMs: number,
): Reason | null {
  if (certificate.revoked) return { code: "DENY_CERTIFICATION_REVOKED", what: "was revoked" };
  if (certificate.recordHash !== worker.recordHash)
    return { code: "DENY_CERTIFICATION_REQUIRED", what: "was granted for another version of its record" };
  if (nowMs < certificate.validFromMs)
    return { code: "DENY_CERTIFICATION_REQUIRED", what: "is not valid yet" };
  if (nowMs >= certificate.validUntilMs) return { code: "DENY_CERTIFICATION_EXPIRED", what: "has expired" };
  const outside = !certificate.capabilities.has(capability)
    ? shown(capability)
    : !certificate.environments.has(env)
      ? env
      : !certificate.dataLabels.has(data_label)
        ? `${data_label} data`
        : null;
  return outside === null ? null : { code: "DENY_CERTIFICATION_SCOPE", what: `does not cover ${outside}` };
}
