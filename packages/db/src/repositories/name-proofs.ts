import type { TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import type { TenantTx } from "../with-tenant.ts";

/** What is proved: a domain whose e-mails are the tenant's, or a namespace of its workers. */
export type ProvedKind = "email" | "namespace";

/** A name that a tenant says is its own, and how far it has shown it. */
export interface NameProof {
  id: string;
  kind: ProvedKind;
  name: string;
  /** Where the record has to stand. */
  domain: string;
  challenge: string;
  askedAt: Date;
  /** Until when a first proof is taken. */
  expiresAt: Date;
  checkedAt: Date | null;
  provedAt: Date | null;
  /** Since when the record was found missing; null where it stands. */
  lostAt: Date | null;
  releasedAt: Date | null;
}

export type NewNameProof = Pick<
  NameProof,
  "id" | "kind" | "name" | "domain" | "challenge" | "askedAt" | "expiresAt"
>;

export async function createNameProof(tx: TenantTx, tenantId: TenantId, proof: NewNameProof): Promise<void> {
  await tx.nameProof.create({ data: { tenantId, ...proof } });
}

/** Those that were not released, by name. */
export async function listNameProofs(tx: TenantTx): Promise<NameProof[]> {
  const rows = await tx.nameProof.findMany({
    where: { releasedAt: null },
    orderBy: [{ kind: "asc" }, { name: "asc" }],
  });
  return rows.map(toProof);
}

/** One that was not released; locked, so that of two who check it one waits. */
export async function findNameProofLocked(tx: TenantTx, id: string): Promise<NameProof | null> {
  await tx.$queryRaw`SELECT 1 FROM hall.name_proof WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.nameProof.findFirst({ where: { id, releasedAt: null } });
  return row && toProof(row);
}

export async function findNameProof(
  tx: TenantTx,
  { kind, name }: Pick<NameProof, "kind" | "name">,
): Promise<NameProof | null> {
  const row = await tx.nameProof.findFirst({ where: { kind, name, releasedAt: null } });
  return row && toProof(row);
}

/** Another challenge for one that was never proved. */
export async function renewChallenge(
  tx: TenantTx,
  id: string,
  { challenge, askedAt, expiresAt }: Pick<NameProof, "challenge" | "askedAt" | "expiresAt">,
): Promise<void> {
  await tx.nameProof.updateMany({
    where: { id, provedAt: null, releasedAt: null },
    data: { challenge, askedAt, expiresAt },
  });
}

export async function noteProofChecked(
  tx: TenantTx,
  id: string,
  found: Partial<Pick<NameProof, "provedAt" | "lostAt">> & { checkedAt: Date },
): Promise<void> {
  await tx.nameProof.updateMany({ where: { id, releasedAt: null }, data: found });
}

/** @returns false where it had been released before */
export async function releaseNameProof(tx: TenantTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.nameProof.updateMany({
    where: { id, releasedAt: null },
    data: { releasedAt: at },
  });
  return count === 1;
}

/** How far an e-mail's domain is the tenant's: `lost` where its record went missing. */
export async function standingOfDomain(tx: TenantTx, domain: string): Promise<"proved" | "lost" | null> {
  const row = await tx.nameProof.findFirst({
    where: { kind: "email", name: domain, releasedAt: null, provedAt: { not: null } },
    select: { lostAt: true },
  });
  if (!row) return null;
  return row.lostAt === null ? "proved" : "lost";
}

/** Whether another tenant has proved this e-mail domain; of two who prove it at once, the second waits and then sees. */
export async function isAnothersDomainLocked(
  tx: TenantTx,
  tenantId: TenantId,
  domain: string,
): Promise<boolean> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.domain/${domain}`}, 0))`;
  const [row] = await tx.$queryRaw<{ anothers: boolean }[]>`
    SELECT lookup.is_anothers_domain(${tenantId}::uuid, ${domain}) AS anothers`;
  return row?.anothers ?? false;
}

/** Tenants with proofs that nobody looked at since. */
export async function lookupTenantsWithStaleProofs(db: Db, before: Date): Promise<TenantId[]> {
  const rows = await db.app.$queryRaw<{ tenant_id: TenantId }[]>`
    SELECT * FROM lookup.tenants_with_stale_proofs(${before})`;
  return rows.map((row) => row.tenant_id);
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["nameProof"]["findFirst"]>>>;

function toProof({ tenantId: _, kind, ...row }: Row): NameProof {
  return { ...row, kind: kind as ProvedKind };
}
