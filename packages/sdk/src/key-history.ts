import type { KeyHistoryVerdict } from "@guildhall/attestation/verify";
import { HallClientError } from "./hall-client-error.ts";
import type { Transport } from "./transport.ts";

/** What a Hall tells of its keys to anyone. Null where it has nothing to tell: then what was refused stays refused. */
export async function askKeyHistory(transport: Transport): Promise<readonly unknown[] | null> {
  try {
    const { body } = await transport.send({ method: "GET", path: ".well-known/hall-keys.json" });
    return Array.isArray(body.history) ? body.history : null;
  } catch (error) {
    if (error instanceof HallClientError) return null;
    throw error;
  }
}

/** @throws HallClientError KEY_HISTORY_INVALID where a history does not lead on from the pinned key */
export function requireFollowed(verdict: KeyHistoryVerdict): void {
  if (verdict.ok) return;
  throw new HallClientError(
    "KEY_HISTORY_INVALID",
    `The history of the Hall's keys does not lead on from the pinned key (${verdict.code}): ${verdict.message}`,
    { detail: { verify_code: verdict.code } },
  );
}
