import { readTenant, withTenant } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import type { AnyCaller } from "./caller.ts";
import { isAllowedWhileSuspended, type Permission } from "./permissions.ts";

/**
 * A suspended tenant changes nothing. Asked of the database and not of the snapshot, and only where something would be
 * changed, so that decisions and reads pay nothing for it.
 * @throws HallError TENANT_SUSPENDED
 */
export async function refuseSuspended(hall: Hall, caller: AnyCaller, permission: Permission): Promise<void> {
  if (caller.kind !== "tenant" || isAllowedWhileSuspended(permission)) return;
  const tenant = await withTenant(hall.db, caller.tenantId, readTenant);
  if (tenant?.standing === "suspended") throw new HallError("TENANT_SUSPENDED");
}
