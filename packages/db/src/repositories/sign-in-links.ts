import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";
import { findMember, type Member } from "./people.ts";

/** What a one-time link is good for. */
export type LinkPurpose = "sign_in" | "invitation" | "recovery";

export interface NewLink {
  tenantId: TenantId;
  id: string;
  memberId: string;
  tokenHash: Uint8Array;
  expiresAt: Date;
  purpose?: LinkPurpose;
}

export async function createSignInLink(tx: TenantTx, link: NewLink): Promise<void> {
  await tx.signInLink.create({ data: { ...link, tokenHash: new Uint8Array(link.tokenHash) } });
}

/** Whose an unspent link is, without spending it. */
export async function findLinkMember(
  tx: TenantTx,
  id: string,
  { at, purpose }: { at: Date; purpose: LinkPurpose },
): Promise<Member | null> {
  const link = await tx.signInLink.findFirst({ where: { id, purpose, usedAt: null, expiresAt: { gt: at } } });
  return link && findMember(tx, link.memberId);
}

/** Whose a link is, whatever became of it. */
export async function findLinkHolder(tx: TenantTx, tokenHash: Uint8Array): Promise<string | null> {
  const link = await tx.signInLink.findFirst({ where: { tokenHash: new Uint8Array(tokenHash) } });
  return link?.memberId ?? null;
}

/** Spends a link. @returns whose it is, or null where it was spent, has expired, or is for something else */
export async function spendSignInLink(
  tx: TenantTx,
  id: string,
  at: Date,
  purpose: LinkPurpose = "sign_in",
): Promise<Member | null> {
  const { count } = await tx.signInLink.updateMany({
    where: { id, purpose, usedAt: null, expiresAt: { gt: at } },
    data: { usedAt: at },
  });
  if (count === 0) return null;
  const link = await tx.signInLink.findFirstOrThrow({ where: { id } });
  return findMember(tx, link.memberId);
}

/** Spends every link of a member that is left: who is removed, or invited anew, comes in by none of the old. */
export async function voidLinks(tx: TenantTx, memberId: string, at: Date): Promise<void> {
  await tx.signInLink.updateMany({ where: { memberId, usedAt: null }, data: { usedAt: at } });
}
