import { readStepUp, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import type { AnyCaller, Caller } from "./caller.ts";

/** For so long a person who has shown a second time who they are may do what binds. */
export const STEP_UP_MS = 5 * 60_000;

/**
 * An act that only a person does, who has just shown again who they are. Asked in the act's own transaction.
 * @throws HallError FORBIDDEN for a key, STEP_UP_REQUIRED
 */
export async function requireStepUp(hall: Hall, tx: TenantTx, { credential }: Caller): Promise<void> {
  if (credential.kind !== "session")
    throw new HallError("FORBIDDEN", { detail: { reason: "a key cannot do what a person signs for" } });
  const at = await readStepUp(tx, credential.id);
  if (!isFresh(at?.getTime() ?? null, hall.clock.now())) throw new HallError("STEP_UP_REQUIRED");
}

/**
 * The same, asked by the doors of every operation that declares `stepUp`. A key has nothing to show; none is given a
 * permission of such an operation, which a test holds.
 * @throws HallError STEP_UP_REQUIRED
 */
export function requireFresh(caller: AnyCaller, nowMs: number): void {
  if (caller.kind !== "tenant" || caller.credential.kind !== "session") return;
  if (!isFresh(caller.credential.stepUpAtMs, nowMs)) throw new HallError("STEP_UP_REQUIRED");
}

/** From the future is not fresh either: a clock that went back would keep it so. */
function isFresh(atMs: number | null, nowMs: number): boolean {
  return atMs !== null && Math.abs(nowMs - atMs) <= STEP_UP_MS;
}
