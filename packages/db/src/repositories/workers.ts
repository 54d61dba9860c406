import type { TenantId, WorkerId, WorkerTransport } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** Suspended until somebody resumes it; retired for good. */
export type WorkerStatus = "active" | "suspended" | "retired";

export interface EnrolledWorker {
  workerId: WorkerId;
  enrollmentId: string;
  speciesId: string;
  recordHash: string;
  /** The record as it was enrolled, canonical. */
  record: string;
  status: WorkerStatus;
  enrolledAt: Date;
  updatedAt: Date;
  transport: StoredTransport | null;
}

export interface StoredTransport extends WorkerTransport {
  version: number;
  digest: string;
}

export interface Enrollment {
  tenantId: TenantId;
  workerId: WorkerId;
  enrollmentId: string;
  speciesId: string;
  recordHash: string;
  record: string;
  /** Who enrolls it, and the receipt that says so. */
  enrolledBy?: string;
  receiptId?: string;
}

/**
 * Enrolls a worker or gives it another record; earlier records stay, because receipts name them by digest. A suspended
 * worker stays suspended.
 * @returns `isRetired` where nothing was done, because a retired worker takes no record any more
 */
export async function enrollWorker(
  tx: TenantTx,
  e: Enrollment,
): Promise<{ created: boolean; isRetired: boolean; enrolledAt: Date; version: number }> {
  await tx.workerRecord.createMany({
    data: [{ tenantId: e.tenantId, recordHash: e.recordHash, record: e.record }],
    skipDuplicates: true,
  });
  const now = new Date();
  const { tenantId, workerId, speciesId, recordHash } = e;
  const { count } = await tx.worker.updateMany({
    where: { workerId, status: { not: "retired" } },
    data: { speciesId, recordHash, updatedAt: now },
  });
  const before = await tx.worker.findFirst({ where: { workerId } });
  if (before && count === 0)
    return { created: false, isRetired: true, enrolledAt: before.enrolledAt, version: 0 };
  const { enrolledAt } =
    before ??
    (await tx.worker.create({
      data: {
        tenantId,
        workerId,
        enrollmentId: e.enrollmentId,
        speciesId,
        recordHash,
        enrolledAt: now,
        updatedAt: now,
      },
    }));
  // The worker's row is locked by now, so nobody else counts the same version.
  const { _max: last } = await tx.workerVersion.aggregate({ where: { workerId }, _max: { version: true } });
  const version = (last.version ?? 0) + 1;
  const [enrolledBy, receiptId] = [e.enrolledBy ?? null, e.receiptId ?? null];
  await tx.workerVersion.create({
    data: { tenantId, workerId, version, recordHash, speciesId, enrolledAt: now, enrolledBy, receiptId },
  });
  return { created: before === null, isRetired: false, enrolledAt, version };
}

export interface RecordVersion {
  version: number;
  recordHash: string;
  speciesId: string;
  enrolledAt: Date;
  /** Null for what was enrolled before versions were kept. */
  enrolledBy: string | null;
  receiptId: string | null;
}

/** Every record that a worker ever had, newest first. */
export async function listRecordVersions(tx: TenantTx, workerId: WorkerId): Promise<RecordVersion[]> {
  const rows = await tx.workerVersion.findMany({ where: { workerId }, orderBy: { version: "desc" } });
  return rows.map(({ tenantId: _, workerId: __, ...version }) => version);
}

/** Every address that a worker ever had, newest first. */
export async function listTransports(
  tx: TenantTx,
  workerId: WorkerId,
): Promise<(StoredTransport & { createdAt: Date })[]> {
  const rows = await tx.workerTransport.findMany({ where: { workerId }, orderBy: { version: "desc" } });
  return rows.map((row) => ({ ...toTransport(row), createdAt: row.createdAt }));
}

/** One worker; null where there is none of that id. */
export async function findWorker(tx: TenantTx, workerId: WorkerId): Promise<EnrolledWorker | null> {
  const row = await tx.worker.findFirst({ where: { workerId } });
  if (!row) return null;
  const record = await readWorkerRecord(tx, row.recordHash);
  const [transport = null] = await listTransports(tx, workerId);
  return toWorker(row, record ?? "", transport);
}

/**
 * Suspends, resumes or retires.
 * @returns the worker's status before, whether or not that led to the new one; null where there is no such worker
 */
export async function setWorkerStatus(
  tx: TenantTx,
  workerId: WorkerId,
  { from, to, at }: { from: readonly WorkerStatus[]; to: WorkerStatus; at: Date },
): Promise<{ changed: boolean; status: WorkerStatus } | null> {
  const { count } = await tx.worker.updateMany({
    where: { workerId, status: { in: [...from] } },
    data: { status: to, updatedAt: at },
  });
  const row = await tx.worker.findFirst({ where: { workerId } });
  return row && { changed: count === 1, status: row.status as WorkerStatus };
}

/** A record as it was enrolled, canonical, by the hash that receipts name; null where there is none. */
export async function readWorkerRecord(tx: TenantTx, recordHash: string): Promise<string | null> {
  const row = await tx.workerRecord.findFirst({ where: { recordHash } });
  return row?.record ?? null;
}

/** Sets where a worker is reached. @returns the version now in force, or null where there is no such worker */
export async function setWorkerTransport(
  tx: TenantTx,
  at: { tenantId: TenantId; workerId: WorkerId },
  transport: WorkerTransport & { digest: string },
): Promise<number | null> {
  const worker = await tx.worker.findFirst({ where: { workerId: at.workerId } });
  if (!worker) return null;
  const last = await tx.workerTransport.findFirst({
    where: { workerId: at.workerId },
    orderBy: { version: "desc" },
  });
  if (last?.digest === transport.digest) return last.version;
  const version = (last?.version ?? 0) + 1;
  await tx.workerTransport.create({
    data: {
      tenantId: at.tenantId,
      workerId: at.workerId,
      version,
      digest: transport.digest,
      url: transport.url,
      timeoutMs: transport.timeout_ms,
      tlsPin: transport.tls_pin,
    },
  });
  return version;
}

export async function listWorkers(tx: TenantTx): Promise<EnrolledWorker[]> {
  const [workers, records, transports] = [
    await tx.worker.findMany({ orderBy: [{ enrolledAt: "desc" }, { workerId: "asc" }] }),
    await tx.workerRecord.findMany(),
    await tx.workerTransport.findMany({ orderBy: { version: "asc" } }),
  ];
  const recordOf = new Map(records.map((row) => [row.recordHash, row.record]));
  // Ascending versions: the last one written into the map is the one in force.
  const transportOf = new Map(transports.map((row) => [row.workerId, toTransport(row)]));
  return workers.map((row) =>
    toWorker(row, recordOf.get(row.recordHash) ?? "", transportOf.get(row.workerId) ?? null),
  );
}

interface WorkerRow {
  workerId: string;
  enrollmentId: string;
  speciesId: string;
  recordHash: string;
  status: string;
  enrolledAt: Date;
  updatedAt: Date;
}

function toWorker(row: WorkerRow, record: string, transport: StoredTransport | null): EnrolledWorker {
  const { workerId, enrollmentId, speciesId, recordHash, status, enrolledAt, updatedAt } = row;
  return {
    workerId: workerId as WorkerId,
    enrollmentId,
    speciesId,
    recordHash,
    record,
    status: status as WorkerStatus,
    enrolledAt,
    updatedAt,
    transport,
  };
}

/** The address a decision was made with, by its digest. */
export async function findTransport(
  tx: TenantTx,
  workerId: string,
  digest: string,
): Promise<StoredTransport | null> {
  const row = await tx.workerTransport.findFirst({
    where: { workerId, digest },
    orderBy: { version: "desc" },
  });
  return row && toTransport(row);
}

interface TransportRow {
  version: number;
  digest: string;
  url: string;
  timeoutMs: number;
  tlsPin: string | null;
}

function toTransport(row: TransportRow): StoredTransport {
  return {
    kind: "http",
    url: row.url,
    timeout_ms: row.timeoutMs,
    tls_pin: row.tlsPin,
    version: row.version,
    digest: row.digest,
  };
}
