import { counted } from "./counted.ts";
import { wholeIn } from "./hall-answer.ts";
import type { JsonObject } from "./read-json.ts";

/** What of a log no witness has seen yet, in a sentence. @param witnesses as /wcp/health has them */
export function unwitnessed(witnesses: JsonObject): string {
  const leaves = wholeIn(witnesses, "unwitnessed_leaves");
  if (leaves === 0) return "A witness has cosigned everything that is sealed.";
  const since =
    witnesses.unwitnessed_s === null
      ? ": nothing of this log ever was"
      : `, for ${wholeIn(witnesses, "unwitnessed_s")} s`;
  return `${counted(leaves, "sealed leaf", "sealed leaves")} that no witness has cosigned yet${since}.`;
}
