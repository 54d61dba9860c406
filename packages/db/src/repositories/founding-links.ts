import type { TenantId } from "@guildhall/protocol";
import type { OperatorTx } from "../with-operator.ts";

/** A one-time link that founds a tenant, for somebody of whom nobody has heard before. */
export interface FoundingLink {
  id: string;
  kind: "sign_up" | "first_run";
  /** Of whoever signs up; null where whoever starts a Hall says theirs later. */
  email: string | null;
  expiresAt: Date;
  /** What it founded; until that tenant's owner has joined, the link goes on from there. */
  founded: TenantId | null;
}

export interface NewFoundingLink extends Omit<FoundingLink, "founded"> {
  tokenHash: Uint8Array;
  createdAt: Date;
}

/** Puts a link in the place of those that were to do the same: of an e-mail, or of the first run, one works. */
export async function replaceFoundingLink(tx: OperatorTx, link: NewFoundingLink): Promise<void> {
  const { kind, email, createdAt } = link;
  await tx.foundingLink.updateMany({
    where: { kind, email, founded: null, expiresAt: { gt: createdAt } },
    data: { expiresAt: createdAt },
  });
  // Who did not come back is forgotten.
  await tx.foundingLink.updateMany({
    where: { email: { not: null }, expiresAt: { lte: createdAt } },
    data: { email: null },
  });
  await tx.foundingLink.create({ data: { ...link, tokenHash: new Uint8Array(link.tokenHash) } });
}

/** Without its lock, to see for whom it is. */
export async function findFoundingLink(
  tx: OperatorTx,
  tokenHash: Uint8Array,
  at: Date,
): Promise<FoundingLink | null> {
  const row = await tx.foundingLink.findFirst({
    where: { tokenHash: new Uint8Array(tokenHash), expiresAt: { gt: at } },
  });
  return row && toLink(row);
}

/** Locked to the transaction's end: of two who come with one link, the second sees what the first founded. */
export async function takeFoundingLink(tx: OperatorTx, id: string, at: Date): Promise<FoundingLink | null> {
  await tx.$executeRaw`SELECT id FROM hall.founding_link WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.foundingLink.findFirst({ where: { id, expiresAt: { gt: at } } });
  return row && toLink(row);
}

export async function noteFounded(tx: OperatorTx, id: string, founded: TenantId): Promise<void> {
  await tx.foundingLink.updateMany({ where: { id }, data: { founded } });
}

type Row = NonNullable<Awaited<ReturnType<OperatorTx["foundingLink"]["findFirst"]>>>;

function toLink({ id, kind, email, expiresAt, founded }: Row): FoundingLink {
  return {
    id,
    kind: kind as FoundingLink["kind"],
    email,
    expiresAt,
    founded: founded as TenantId | null,
  };
}
