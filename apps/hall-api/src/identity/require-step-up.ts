import { HallError } from "@guildhall/protocol";
import type { AnyCaller } from "./caller.ts";

/** For so long a person who has shown a second time who they are may do what binds. */
export const STEP_UP_MS = 5 * 60_000;

/**
 * Asked by both doors, and nowhere else, of every operation that declares `stepUp`: whoever acts by a session has shown
 * a factor a moment ago. A key and the operator's token have none to show, and are not asked (ADR 65).
 * @throws HallError STEP_UP_REQUIRED
 */
export function requireStepUp(caller: AnyCaller, nowMs: number): void {
  if (caller.kind === "operator" || caller.credential.kind === "key") return;
  const shownAtMs = caller.credential.kind === "session" ? caller.credential.stepUpAtMs : null;
  if (!isFresh(shownAtMs, nowMs)) throw new HallError("STEP_UP_REQUIRED");
}

/** From the future is not fresh either: a clock that went back would keep it so. */
function isFresh(atMs: number | null, nowMs: number): boolean {
  return atMs !== null && Math.abs(nowMs - atMs) <= STEP_UP_MS;
}
