import { HALL_CHAIN } from "@guildhall/protocol";
import type { Hall } from "../../src/hall.ts";
import { addMember } from "./tenant.ts";

/** Somebody who operates the Hall as a person, signed in a moment ago. */
export function addOperator(
  hall: Hall,
  role: "owner" | "auditor" = "owner",
  account: { email?: string; password?: string } = {},
) {
  return addMember(hall, HALL_CHAIN, role, account);
}
