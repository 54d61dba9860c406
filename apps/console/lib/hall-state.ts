import { ago } from "../ui/ago.ts";
import { count } from "../ui/count.ts";
import type { HallState } from "./hall-types.ts";
import type { RefusalText } from "./refusal.ts";

/** Witnesses are asked after each seal; so long none has answered is worth a word. */
const UNWITNESSED_MAX_S = 30;

/** How the Hall stands, as one mark and a few words. It is the Hall's own word; receipts are checked here. */
export interface HallMark {
  mark: "allow" | "deny" | "hold" | "stale";
  words: string;
  detail: string;
}

/** @param refusal why it did not say so the last time it was asked: then what it said before is old */
export function hallMark(state: HallState | null, refusal: RefusalText | null, nowMs: number): HallMark {
  if (refusal !== null && refusal.code !== "HALL_UNREACHABLE")
    return { mark: "deny", words: "failing", detail: `${refusal.sentence} ${refusal.remedy}` };
  if (refusal !== null || state === null)
    return {
      mark: "stale",
      words: "unreachable",
      detail: "The Hall does not answer. What is shown may be old; nothing new is known.",
    };
  const waiting = state.tree_size - state.sealed_size;
  const entries = `${count(state.sealed_size)} of ${count(state.tree_size)} entries are sealed, the Hall says.`;
  switch (state.state) {
    case "signer_lost":
      return {
        mark: "deny",
        words: "signer lost",
        detail: `The signer cannot sign, so nothing runs. ${entries}`,
      };
    case "unsealed":
      return {
        mark: "hold",
        words: `${count(waiting)} unsealed`,
        detail: `Entries wait for their seal. ${entries}`,
      };
    case "sealed":
      return (
        witnessMark(state.witnesses, entries) ?? {
          mark: "allow",
          words: state.sealed_at === null ? "sealed" : `sealed ${ago(state.sealed_at, nowMs)}`,
          detail: entries,
        }
      );
  }
}

/** What witnesses have against a log that looks sealed; null where they have nothing, or nobody asks them. */
function witnessMark(witnesses: HallState["witnesses"], entries: string): HallMark | null {
  if (witnesses === null) return null;
  if (witnesses.is_contradicted)
    return {
      mark: "deny",
      words: "contradicted",
      detail: `A witness saw another log than this one. Compare their heads before you rely on it. ${entries}`,
    };
  const { unwitnessed_s: seconds } = witnesses;
  if (seconds !== null && seconds <= UNWITNESSED_MAX_S) return null;
  return {
    mark: "hold",
    words: seconds === null ? "never witnessed" : `unwitnessed for ${count(seconds)} s`,
    detail: `No witness has cosigned what was sealed last. ${entries}`,
  };
}
