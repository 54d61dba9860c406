import { findCustomRole, isBuiltIn, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import type { Caller } from "./caller.ts";
import { permissionsOf } from "./permissions.ts";

/**
 * Who may give a role, or take it from somebody: an owner any, an admin any but owner's, and everybody else only what they
 * hold themselves. Without this, whoever may invite could invite an owner.
 * @throws HallError NOT_FOUND where there is no such role, FORBIDDEN where it is more than theirs to give
 */
export async function requireMayGive(tx: TenantTx, caller: Caller, role: string): Promise<void> {
  const own = isBuiltIn(role) ? null : await findCustomRole(tx, role);
  if (!isBuiltIn(role) && (own === null || own.retiredAt !== null))
    throw new HallError("NOT_FOUND", { detail: { reason: "no such role" } });
  const giver = caller.credential.kind === "session" ? caller.credential.role : null;
  if (giver === "owner" || (giver === "admin" && role !== "owner")) return;
  const given = permissionsOf({ role, customPermissions: own?.permissions ?? null });
  if (giver !== null && giver !== "admin" && [...given].every((one) => caller.permissions.has(one))) return;
  throw new HallError("FORBIDDEN", {
    detail: { permission: "member:set-role", reason: `the role ${role} is more than yours to give` },
  });
}
