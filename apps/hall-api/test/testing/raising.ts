import { type Raise, raiseAlert } from "../../src/ledger/raise-alert.ts";
import type { OpenHall } from "./running-hall.ts";

/** What an auditor is given that finds in this process what a Hall raises. */
export function raising({ hall }: OpenHall) {
  const raise: Raise = (chain, found) => raiseAlert(hall, chain, found);
  return { db: hall.db, raise };
}
