import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export type DraftStatus = "open" | "published" | "discarded";

/** A bundle on its way: what an author typed, which need not be a bundle yet. */
export interface BundleDraft extends BundleDraftHead {
  /** At most 8 MiB in UTF-8, without U+0000. Perhaps not even JSON. */
  content: string;
}

/** A draft without its text. */
export interface BundleDraftHead {
  id: string;
  /** 1 to 256 characters. */
  name: string;
  /** The bundle it was begun from. */
  baseDigest: string | null;
  /** Raised by every save and by nothing else. */
  revision: number;
  createdBy: string;
  createdAt: Date;
  /** Who saved last; consent, discarding and publishing leave it alone. */
  updatedBy: string;
  updatedAt: Date;
  status: DraftStatus;
  /** A second person's consent to publishing this revision. Of an earlier revision it is worth nothing. */
  consent: { by: string; at: Date; revision: number } | null;
}

/** A draft in the revision that whoever acts on it has seen. */
export interface SeenDraft {
  id: string;
  revision: number;
}

export async function createDraft(
  tx: TenantTx,
  tenantId: TenantId,
  draft: Pick<BundleDraft, "id" | "name" | "content" | "baseDigest" | "createdBy" | "createdAt">,
): Promise<BundleDraft> {
  const { id, name, content, baseDigest, createdBy, createdAt } = draft;
  const row = await tx.bundleDraft.create({
    data: {
      tenantId,
      id,
      name,
      content,
      baseDigest,
      createdBy,
      createdAt,
      updatedBy: createdBy,
      updatedAt: createdAt,
    },
  });
  return toDraft(row);
}

/** The open ones first, then by the last save, newest first. */
export async function listDrafts(tx: TenantTx, limit: number): Promise<BundleDraftHead[]> {
  const rows = await tx.$queryRaw<Omit<Row, "content" | "tenantId">[]>`
    SELECT id, name, base_digest AS "baseDigest", revision, created_by AS "createdBy", created_at AS "createdAt",
      updated_by AS "updatedBy", updated_at AS "updatedAt", status, consent_by AS "consentBy",
      consent_at AS "consentAt", consent_revision AS "consentRevision"
    FROM hall.bundle_draft ORDER BY status <> 'open', updated_at DESC, id LIMIT ${limit}`;
  return rows.map(toHead);
}

export async function readDraft(tx: TenantTx, id: string): Promise<BundleDraft | null> {
  const row = await tx.bundleDraft.findFirst({ where: { id } });
  return row && toDraft(row);
}

export type SavedDraft =
  | { outcome: "saved"; draft: BundleDraft }
  /** Somebody saved before, or it is no longer open: the draft as it stands. */
  | { outcome: "conflict"; draft: BundleDraft };

/** Saves over the revision that the author has seen; what is left out stays. @returns null where there is no such draft */
export async function saveDraft(
  tx: TenantTx,
  { id, revision }: SeenDraft,
  { name, content, baseDigest }: Partial<Pick<BundleDraft, "name" | "content" | "baseDigest">>,
  { updatedBy, updatedAt }: Pick<BundleDraft, "updatedBy" | "updatedAt">,
): Promise<SavedDraft | null> {
  const { count } = await tx.bundleDraft.updateMany({
    where: { id, revision, status: "open" },
    // Prisma leaves a column alone whose value is undefined.
    data: { name, content, baseDigest, updatedBy, updatedAt, revision: { increment: 1 } },
  });
  const draft = await readDraft(tx, id);
  return draft && { outcome: count === 1 ? "saved" : "conflict", draft };
}

/** @returns false where there is no such draft, or it is not open */
export function discardDraft(tx: TenantTx, id: string): Promise<boolean> {
  return move(tx, { id }, "open", "discarded");
}

/** Undoes a discard. @returns false where there is no such draft, or it is not discarded */
export function restoreDraft(tx: TenantTx, id: string): Promise<boolean> {
  return move(tx, { id }, "discarded", "open");
}

/** @returns false where there is no such draft, it is not open, or somebody has saved since */
export function markDraftPublished(tx: TenantTx, { id, revision }: SeenDraft): Promise<boolean> {
  return move(tx, { id, revision }, "open", "published");
}

/**
 * Keeps a second person's consent to publishing the revision that was seen; an earlier consent is replaced.
 * @returns false where there is no such draft, it is not open, or somebody has saved since
 */
export async function consentToDraft(
  tx: TenantTx,
  { id, revision }: SeenDraft,
  { by, at }: { by: string; at: Date },
): Promise<boolean> {
  const { count } = await tx.bundleDraft.updateMany({
    where: { id, revision, status: "open" },
    data: { consentBy: by, consentAt: at, consentRevision: revision },
  });
  return count === 1;
}

async function move(
  tx: TenantTx,
  which: { id: string; revision?: number },
  from: DraftStatus,
  to: DraftStatus,
): Promise<boolean> {
  const { count } = await tx.bundleDraft.updateMany({
    where: { ...which, status: from },
    data: { status: to },
  });
  return count === 1;
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["bundleDraft"]["findFirst"]>>>;

function toDraft({ tenantId: _, content, ...row }: Row): BundleDraft {
  return { ...toHead(row), content };
}

function toHead(row: Omit<Row, "content" | "tenantId">): BundleDraftHead {
  const { status, consentBy: by, consentAt: at, consentRevision: revision, ...head } = row;
  const consent = by !== null && at !== null && revision !== null ? { by, at, revision } : null;
  return { ...head, status: status as DraftStatus, consent };
}
