import type { AttestationMethod, TenantId, WorkerId } from "@guildhall/protocol";
import { ATTESTATION_METHODS } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** What a namespace registered of a worker's code. */
export interface WorkerAttestation {
  /** The receipt's. */
  id: string;
  workerId: WorkerId;
  workerVersion: string;
  /** The weakest way of measuring that counts for it. */
  method: AttestationMethod;
  packageHash: string;
  imageDigest: string | null;
  /** By which the worker answers for itself. */
  workerKey: Uint8Array | null;
  namespaceKeyId: string;
  envelope: string;
  envelopeDigest: string;
  /** Of the commitments to its hashes. */
  salt: Uint8Array;
  registeredAt: Date;
  registeredBy: string;
}

/** Registers what a worker is held to from now on, in place of what was registered before. */
export async function registerAttestation(
  tx: TenantTx,
  tenantId: TenantId,
  { salt, workerKey, ...attestation }: WorkerAttestation,
): Promise<void> {
  // Two at once would both find nothing to supersede.
  const lock = `guildhall.attestation/${tenantId}/${attestation.workerId}`;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`;
  await tx.workerAttestation.updateMany({
    where: { workerId: attestation.workerId, supersededAt: null },
    data: { supersededAt: attestation.registeredAt },
  });
  await tx.workerAttestation.createMany({
    data: [
      {
        ...attestation,
        tenantId,
        salt: new Uint8Array(salt),
        workerKey: workerKey && new Uint8Array(workerKey),
      },
    ],
  });
}

/** What the worker is held to now; null where nothing is registered. */
export async function findAttestation(tx: TenantTx, workerId: WorkerId): Promise<WorkerAttestation | null> {
  const row = await tx.workerAttestation.findFirst({ where: { workerId, supersededAt: null } });
  return row && toAttestation(row);
}

/** By its id, also where another has taken its place. */
export async function readAttestation(tx: TenantTx, id: string): Promise<WorkerAttestation | null> {
  const row = await tx.workerAttestation.findFirst({ where: { id } });
  return row && toAttestation(row);
}

/** How a worker with a registered package stands at one moment. */
export interface AttestationStanding {
  attestation: WorkerAttestation;
  namespace: string;
  /** The key that signed for it counts no more, and so neither does any measurement. */
  isKeyRetired: boolean;
  /** The one that decides: while the worker is flagged, the one that differed. Null where none counts. */
  measured: {
    id: string;
    method: AttestationMethod;
    hash: string;
    salt: Uint8Array;
    answeredAt: Date;
    validUntil: Date;
  } | null;
  /** Set while the worker is flagged. */
  flag: { id: string; raisedAt: Date } | null;
}

/**
 * Every worker with a registered package, by worker id. Of its measurements those count that came after the last flag
 * was cleared, by a runner that is not retired, and in no weaker way than was registered. Of these a live one goes
 * before an expired one, a stronger before a weaker, a later before an earlier.
 */
export async function listAttestationStandings(tx: TenantTx, now: Date): Promise<AttestationStanding[]> {
  const methods = [...ATTESTATION_METHODS];
  const rows = await tx.$queryRaw<StandingRow[]>`
    SELECT a.id, k.namespace, k.retired_at IS NOT NULL AS key_retired, f.id AS flag_id, f.raised_at,
      m.id AS measurement_id, m.method, m.hash, m.salt, m.answered_at, m.valid_until
    FROM hall.worker_attestation a
    JOIN hall.namespace_key k ON k.tenant_id = a.tenant_id AND k.id = a.namespace_key_id
    LEFT JOIN hall.worker_flag f
      ON f.tenant_id = a.tenant_id AND f.worker_id = a.worker_id AND f.cleared_at IS NULL
    LEFT JOIN LATERAL (
      SELECT m.* FROM hall.measurement m
      LEFT JOIN hall.runner_key r ON r.tenant_id = m.tenant_id AND r.id = m.runner_id
      WHERE m.tenant_id = a.tenant_id AND m.answered_at IS NOT NULL
        AND CASE WHEN f.id IS NOT NULL THEN m.id = f.measurement_id ELSE
          m.attestation_id = a.id AND r.retired_at IS NULL
          AND array_position(${methods}::text[], m.method) >= array_position(${methods}::text[], a.method)
          AND m.answered_at > ALL (SELECT c.cleared_at FROM hall.worker_flag c
            WHERE c.tenant_id = a.tenant_id AND c.worker_id = a.worker_id AND c.cleared_at IS NOT NULL) END
      ORDER BY m.valid_until > ${now}::timestamptz DESC, array_position(${methods}::text[], m.method) DESC, m.answered_at DESC
      LIMIT 1
    ) m ON true
    WHERE a.superseded_at IS NULL
    ORDER BY a.worker_id`;
  const registered = await tx.workerAttestation.findMany({ where: { supersededAt: null } });
  const byId = new Map(registered.map((row) => [row.id, toAttestation(row)]));
  return rows.flatMap((row) => {
    const attestation = byId.get(row.id);
    if (!attestation) return []; // registered between the two reads; the version that this raised reads again
    return {
      attestation,
      namespace: row.namespace,
      isKeyRetired: row.key_retired,
      measured: row.measurement_id === null ? null : measuredOf(row, row.measurement_id),
      flag:
        row.flag_id === null || row.raised_at === null ? null : { id: row.flag_id, raisedAt: row.raised_at },
    };
  });
}

interface StandingRow {
  id: string;
  namespace: string;
  key_retired: boolean;
  flag_id: string | null;
  raised_at: Date | null;
  measurement_id: string | null;
  method: AttestationMethod;
  hash: string;
  salt: Uint8Array;
  answered_at: Date;
  valid_until: Date;
}

function measuredOf(row: StandingRow, id: string): AttestationStanding["measured"] {
  const { method, hash, salt } = row;
  return { id, method, hash, salt, answeredAt: row.answered_at, validUntil: row.valid_until };
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["workerAttestation"]["findFirst"]>>>;

function toAttestation({ tenantId: _, supersededAt: _at, ...row }: Row): WorkerAttestation {
  return { ...row, workerId: row.workerId as WorkerId, method: row.method as AttestationMethod };
}
