import { findMember, lookupMemberships, type Session, withTenant } from "@guildhall/db";
import type { Settings } from "../env.ts";
import type { Hall } from "../hall.ts";
import type { Permission } from "./permissions.ts";

/** Some roles ask for a second factor, by a setting of the Hall. Whoever holds one may without it set one up and no more. */
export const TO_SET_UP_A_FACTOR: ReadonlySet<Permission> = new Set<Permission>([
  "session:end",
  "account:change",
]);

/** By how the session was begun: a factor that was set up since is shown at the next sign-in. */
export function lacksRequiredFactor(
  settings: Pick<Settings, "secondFactorRoles">,
  { member, factors }: Pick<Session, "member" | "factors">,
): boolean {
  return asksForFactor(settings, member.role) && !factors.includes("+");
}

/** Whether a role that the person holds, in whatever tenant, asks for one: such an account keeps its last. */
export async function mustKeepFactor(hall: Hall, accountId: string): Promise<boolean> {
  if (hall.settings.secondFactorRoles.length === 0) return false;
  for (const { tenantId, memberId } of await lookupMemberships(hall.db, accountId)) {
    const member = await withTenant(hall.db, tenantId, (tx) => findMember(tx, memberId));
    if (member && asksForFactor(hall.settings, member.role)) return true;
  }
  return false;
}

function asksForFactor({ secondFactorRoles }: Pick<Settings, "secondFactorRoles">, role: string): boolean {
  return secondFactorRoles.includes(role) || secondFactorRoles.includes("*");
}
