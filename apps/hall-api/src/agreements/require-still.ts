import type { StoredAgreement } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";

/** An agreement on which something can still be done. @throws HallError NOT_FOUND, CONFLICT where it was terminated */
export function requireStill(agreement: StoredAgreement | null): StoredAgreement {
  if (!agreement) throw new HallError("NOT_FOUND");
  if (agreement.state === "terminated")
    throw new HallError("CONFLICT", { detail: { reason: "the agreement was terminated; draft another" } });
  return agreement;
}
