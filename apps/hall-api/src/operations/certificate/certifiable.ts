import type { EnrolledWorker } from "@guildhall/db";
import { type CertificationScope, HallError, type WorkerRecord } from "@guildhall/protocol";

/** @throws HallError CONFLICT where another version of the record is enrolled by now, or the worker runs nothing */
export function requireCertifiable(
  worker: Pick<EnrolledWorker, "status" | "recordHash">,
  recordHash: string,
): void {
  if (worker.status !== "active") throw conflict(`the worker is ${worker.status}`);
  if (worker.recordHash !== recordHash) throw conflict("another version of the record is enrolled");
}

/** Nobody certifies more than the record claims. @throws HallError INVALID_REQUEST */
export function requireWithin(
  { capabilities, environments }: CertificationScope,
  record: WorkerRecord,
): void {
  const allowed = record.allowed_environments ?? environments;
  const problems = [
    ...(capabilities.every((one) => record.capabilities.includes(one))
      ? []
      : [{ path: "capabilities", expected: "capabilities that the record names" }]),
    ...(environments.every((one) => allowed.includes(one))
      ? []
      : [{ path: "environments", expected: "environments that the record allows" }]),
  ];
  if (problems.length > 0) throw new HallError("INVALID_REQUEST", { detail: { problems } });
}

function conflict(reason: string): HallError {
  return new HallError("CONFLICT", { detail: { reason } });
}
