import type { DenyCode, IntegerJson } from "@guildhall/protocol";

/** Why a step stops the request. */
export interface Refusal {
  readonly code: DenyCode;
  /** The extras of that code, for programs. */
  readonly details: { [key: string]: IntegerJson };
  /** What stopped it, for people: a sentence with the facts, strangers' text already made safe. */
  readonly because: string;
  /** True where a human may still let it pass. */
  readonly holds?: true;
}
