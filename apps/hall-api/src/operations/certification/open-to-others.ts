import type { CertificationRequest } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { actorName, type Caller } from "../../identity/caller.ts";

/**
 * A request that waits for somebody other than who asked, and a person who may be that: what two people do is done by people.
 * @throws HallError NOT_FOUND, CONFLICT, FORBIDDEN
 */
export function requireOpenToOthers(
  request: CertificationRequest | null,
  caller: Caller,
): asserts request is CertificationRequest {
  if (!request) throw new HallError("NOT_FOUND");
  if (request.state !== "open")
    throw new HallError("CONFLICT", { detail: { reason: `it was ${request.state} before` } });
  if (caller.credential.kind !== "session" || request.requestedBy === actorName(caller))
    throw new HallError("FORBIDDEN", {
      detail: { permission: "certification:grant", reason: "who asked for it does not decide it" },
    });
}
