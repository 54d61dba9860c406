import type { Env } from "@guildhall/protocol";

/** prod and edge are guarded. Asked the other way round, so that an environment we do not know is too. */
export function isGuarded(env: Env): boolean {
  return env !== "dev" && env !== "stage";
}
