import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export interface StoredBundle {
  digest: string;
  /** Canonical JSON of the bundle; its SHA-256 is the digest. */
  bundle: string;
}

/** One time that a bundle was put in force. */
export interface Publication {
  /** From 1, without a gap, within the tenant. */
  number: number;
  digest: string;
  /** What was in force until then; null where nothing was. */
  previousDigest: string | null;
  publishedAt: Date;
  /** The actor as `kind:id`. */
  publishedBy: string;
  receiptId: string;
  /** At most 4096 characters. */
  note: string;
  /** The earlier publication whose bundle this one puts in force again; null where it is none. */
  rolledBackFrom: number | null;
}

/** Stores a bundle by digest; storing it again changes nothing. */
export async function storeBundle(tx: TenantTx, tenantId: TenantId, bundle: StoredBundle): Promise<void> {
  await tx.ruleBundle.createMany({ data: [{ tenantId, ...bundle }], skipDuplicates: true });
}

export async function readBundle(tx: TenantTx, digest: string): Promise<StoredBundle | null> {
  const row = await tx.ruleBundle.findFirst({ where: { digest } });
  return row && { digest: row.digest, bundle: row.bundle };
}

/** Puts a stored bundle in force and leaves no publication: for the first rules of a tenant. */
export async function activateBundle(
  tx: TenantTx,
  tenantId: TenantId,
  digest: string,
  activatedAt = new Date(),
): Promise<void> {
  const { count } = await tx.activeBundle.updateMany({ data: { digest, activatedAt } });
  if (count === 0) await tx.activeBundle.create({ data: { tenantId, digest, activatedAt } });
}

/**
 * Puts a stored bundle in force and writes down that it was. Publications of a tenant wait for each other until
 * their transactions end, so `previousDigest` of the answer is what this one replaces: whoever built on another
 * throws, and nothing has happened.
 * @param tx READ COMMITTED, with the publication's receipt to follow
 */
export async function publishBundle(
  tx: TenantTx,
  tenantId: TenantId,
  publication: Omit<Publication, "number" | "previousDigest">,
): Promise<Publication> {
  const { digest, publishedAt, publishedBy, receiptId, note, rolledBackFrom } = publication;
  // No row to lock before the first: two that begin together would both be number 1.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.publication/${tenantId}`}, 0))`;
  const last = await tx.bundlePublication.findFirst({ orderBy: { number: "desc" } });
  const active = await tx.activeBundle.findFirst();
  const row = await tx.bundlePublication.create({
    data: {
      tenantId,
      number: (last?.number ?? 0n) + 1n,
      digest,
      previousDigest: active?.digest ?? null,
      publishedAt,
      publishedBy,
      receiptId,
      note,
      rolledBackFrom,
    },
  });
  await activateBundle(tx, tenantId, digest, publishedAt);
  return toPublication(row);
}

/** One page of publications, newest first, and the number to go on before: null at the first one. */
export async function listPublications(
  tx: TenantTx,
  { before, limit }: { before: number | null; limit: number },
): Promise<{ publications: Publication[]; next: number | null }> {
  const rows = await tx.bundlePublication.findMany({
    where: before === null ? {} : { number: { lt: before } },
    orderBy: { number: "desc" },
    take: limit,
  });
  const last = rows.at(-1);
  return {
    publications: rows.map(toPublication),
    next: last && last.number > 1 ? Number(last.number) : null,
  };
}

export async function readPublication(tx: TenantTx, number: number): Promise<Publication | null> {
  const row = await tx.bundlePublication.findFirst({ where: { number } });
  return row && toPublication(row);
}

/** The bundle in force, or null where none ever was. */
export async function readActiveBundle(tx: TenantTx): Promise<StoredBundle | null> {
  const active = await tx.activeBundle.findFirst();
  if (!active) return null;
  const row = await tx.ruleBundle.findFirstOrThrow({ where: { digest: active.digest } });
  return { digest: row.digest, bundle: row.bundle };
}

/** Which bundle is in force, without its text; null where none ever was. */
export async function readActiveDigest(tx: TenantTx): Promise<string | null> {
  const active = await tx.activeBundle.findFirst();
  return active?.digest ?? null;
}

type PublicationRow = NonNullable<Awaited<ReturnType<TenantTx["bundlePublication"]["findFirst"]>>>;

function toPublication({ tenantId: _, number, rolledBackFrom, ...row }: PublicationRow): Publication {
  return {
    ...row,
    number: Number(number),
    rolledBackFrom: rolledBackFrom === null ? null : Number(rolledBackFrom),
  };
}
