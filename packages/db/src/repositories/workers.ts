import type { TenantId, WorkerId, WorkerTransport } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export interface EnrolledWorker {
  workerId: WorkerId;
  enrollmentId: string;
  speciesId: string;
  recordHash: string;
  /** The record as it was enrolled, canonical. */
  record: string;
  status: "active" | "retired";
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
}

/** Enrolls a worker or replaces its record; earlier records stay, because receipts name them by digest. */
export async function enrollWorker(
  tx: TenantTx,
  e: Enrollment,
): Promise<{ created: boolean; enrolledAt: Date }> {
  await tx.workerRecord.createMany({
    data: [{ tenantId: e.tenantId, recordHash: e.recordHash, record: e.record }],
    skipDuplicates: true,
  });
  const now = new Date();
  const { count } = await tx.worker.updateMany({
    where: { workerId: e.workerId },
    data: { speciesId: e.speciesId, recordHash: e.recordHash, status: "active", updatedAt: now },
  });
  if (count > 0) {
    const row = await tx.worker.findFirstOrThrow({ where: { workerId: e.workerId } });
    return { created: false, enrolledAt: row.enrolledAt };
  }
  const row = await tx.worker.create({
    data: {
      tenantId: e.tenantId,
      workerId: e.workerId,
      enrollmentId: e.enrollmentId,
      speciesId: e.speciesId,
      recordHash: e.recordHash,
      enrolledAt: now,
      updatedAt: now,
    },
  });
  return { created: true, enrolledAt: row.enrolledAt };
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
  return workers.map((row) => ({
    workerId: row.workerId as WorkerId,
    enrollmentId: row.enrollmentId,
    speciesId: row.speciesId,
    recordHash: row.recordHash,
    record: recordOf.get(row.recordHash) ?? "",
    status: row.status as EnrolledWorker["status"],
    enrolledAt: row.enrolledAt,
    updatedAt: row.updatedAt,
    transport: transportOf.get(row.workerId) ?? null,
  }));
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
