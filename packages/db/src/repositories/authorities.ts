import type { RevocationReason } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import type { OperatorTx } from "../with-operator.ts";

/** A certificate that this Hall signed for itself, as the root of those of its workers. */
export interface StoredAuthority {
  keyId: string;
  der: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  /** Of the entry that introduced it. */
  receiptId: string;
}

export interface StoredRevocationList {
  authorityKeyId: string;
  number: number;
  /** Of what it lists: whether another is due without reading it. */
  contentDigest: string;
  der: Uint8Array;
  thisUpdate: Date;
  nextUpdate: Date;
}

export interface RevokedCertificate {
  id: string;
  revokedAt: Date;
  reason: RevocationReason;
}

/** @returns false where one of the same key is there already: another instance was first */
export async function storeAuthority(tx: OperatorTx, authority: StoredAuthority): Promise<boolean> {
  const { count } = await tx.authority.createMany({
    data: [{ ...authority, der: new Uint8Array(authority.der) }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Newest first. */
export function listAuthorities(db: Db): Promise<StoredAuthority[]> {
  return db.app.authority.findMany({ orderBy: { notBefore: "desc" } });
}

export async function newestRevocationList(
  db: Db,
  authorityKeyId: string,
): Promise<StoredRevocationList | null> {
  const row = await db.app.revocationList.findFirst({
    where: { authorityKeyId },
    orderBy: { number: "desc" },
  });
  return row && { ...row, number: Number(row.number) };
}

/** @returns false where the number is taken: another instance was first */
export async function storeRevocationList(tx: OperatorTx, list: StoredRevocationList): Promise<boolean> {
  const { count } = await tx.revocationList.createMany({
    data: [{ ...list, der: new Uint8Array(list.der) }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** Of every tenant, by a look-up that tells what a list publishes and nothing else. */
export async function revokedCertificates(
  db: Db,
  authorityKeyId: string,
  validAfter: Date,
): Promise<RevokedCertificate[]> {
  const rows = await db.app.$queryRaw<{ id: string; revoked_at: Date; reason: RevocationReason }[]>`
    SELECT * FROM lookup.revoked_certificates(${authorityKeyId}, ${validAfter})`;
  return rows.map(({ id, revoked_at, reason }) => ({ id, revokedAt: revoked_at, reason }));
}
