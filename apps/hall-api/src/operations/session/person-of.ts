import { HallError } from "@guildhall/protocol";
import type { Caller } from "../../identity/caller.ts";

/**
 * The session and the account of whoever asks for something of their own.
 * @throws HallError FORBIDDEN for a key, and for a person who has no account: they sign in by links alone
 */
export function personOf({ credential }: Caller): { id: string; accountId: string } {
  if (credential.kind !== "session")
    throw new HallError("FORBIDDEN", { detail: { permission: "session:end" } });
  if (credential.accountId === null)
    throw new HallError("FORBIDDEN", {
      detail: { permission: "account:change", reason: "you sign in by one-time links and have no account" },
    });
  return { id: credential.id, accountId: credential.accountId };
}
