import { findSsoConnection, type Member, standingOfDomain, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { domainOf } from "./domain-of.ts";

/**
 * Where a tenant wants single sign-on, members of its domains begin no session otherwise. Owners do: a provider that is
 * away, or was set up wrong, locks nobody out for good. A domain whose record went missing loosens nothing.
 * @throws HallError SSO_REQUIRED
 */
export async function refuseWhereSsoRequired(
  tx: TenantTx,
  { email, role }: Pick<Member, "email" | "role">,
): Promise<void> {
  if (role === "owner" || email === null) return;
  const connection = await findSsoConnection(tx);
  if (!connection?.isRequired) return;
  if ((await standingOfDomain(tx, domainOf(email))) !== null) throw new HallError("SSO_REQUIRED");
}
