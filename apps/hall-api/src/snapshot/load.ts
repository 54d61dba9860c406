import {
  type ApiKey,
  agreementsThatMatter,
  certificatesThatMatter,
  type Db,
  listApiKeys,
  listAttestationStandings,
  listEnvironmentProfiles,
  listIdentities,
  listProfiles,
  listWorkers,
  readActiveBundle,
  readBundle,
  readOpenShadowRun,
  readTenant,
  readVersions,
  type StoredBundle,
  type TenantTx,
  withTenant,
} from "@guildhall/db";
import {
  compile,
  type Program,
  type Snapshot,
  type SnapshotWorker,
  snapshotWorker,
  type TenantStatus,
  type WorkerPool,
} from "@guildhall/engine";
import {
  CATALOG_VERSION,
  type Env,
  RuleBundle,
  readStrictJson,
  type SignatoryId,
  type SpeciesId,
  type Standing,
  type TenantId,
  WorkerRecord,
} from "@guildhall/protocol";

import { heldAgreements } from "./agreements.ts";
import { heldCertificates } from "./certificates.ts";
import { type CodeEvidence, codeEvidence, snapshotAttestation } from "./code.ts";
import { environmentProfiles, heldProfiles } from "./profiles.ts";

/** One tenant as this instance decides by it: what the engine reads, and the keys that let callers in. */
export interface TenantSnapshot {
  tenantId: TenantId;
  program: Program;
  /** A bundle that is evaluated beside the one in force; it enforces nothing. */
  shadow: { runId: string; program: Program } | null;
  engine: Snapshot;
  identities: ReadonlySet<SignatoryId>;
  /** By the hex SHA-256 of the key. */
  keys: ReadonlyMap<string, ApiKey>;
  /** Of each worker with a registered package, what a receipt says of its code. */
  code: ReadonlyMap<string, CodeEvidence>;
}

/** A snapshot older than this is no ground for a decision. */
export const SNAPSHOT_MAX_AGE_MS = 10_000;

const NO_EGRESS: Readonly<Record<Env, readonly string[]>> = { dev: [], stage: [], prod: [], edge: [] };
export const EMPTY_BUNDLE: StoredBundle = { digest: "none", bundle: '{"rules":[]}' };

/**
 * Reads a tenant in one REPEATABLE READ transaction, together with the epochs that fence it, so that
 * everything in the snapshot is of one moment.
 * @param options `known`: programs compiled before, used again where the bundle is the same; `workingStandings`: with
 * which a tenant of this Hall may have work done
 * @returns null where there is no such tenant
 */
export async function loadSnapshot(
  db: Db,
  tenantId: TenantId,
  nowMs: number,
  {
    known,
    workingStandings,
    signatoryRequired,
  }: { known: readonly Program[]; workingStandings: readonly Standing[]; signatoryRequired: boolean },
): Promise<TenantSnapshot | null> {
  const rows = await withTenant(
    db,
    tenantId,
    async (tx) => {
      const tenant = await readTenant(tx);
      if (tenant === null) return null;
      return {
        tenant,
        versions: await readVersions(tx),
        identities: await listIdentities(tx),
        keys: await listApiKeys(tx),
        workers: await listWorkers(tx),
        bundle: (await readActiveBundle(tx)) ?? EMPTY_BUNDLE,
        shadow: await readShadow(tx),
        profiles: await listProfiles(tx),
        environments: await listEnvironmentProfiles(tx),
        agreements: await agreementsThatMatter(tx),
        certificates: await certificatesThatMatter(tx, new Date(nowMs)),
        standings: await listAttestationStandings(tx, new Date(nowMs)),
      };
    },
    { isolation: "RepeatableRead" },
  );
  if (rows === null) return null;
  const { versions, bundle } = rows;
  const programOf = (stored: StoredBundle) =>
    known.find(({ digest }) => digest === stored.digest) ?? compileStored(stored);
  const standingOf = new Map(rows.standings.map((standing) => [standing.attestation.workerId, standing]));
  const workers = new Map<SpeciesId, SnapshotWorker[]>();
  const pool: WorkerPool = new Map();
  for (const worker of rows.workers) {
    const record = WorkerRecord.parse(readStrictJson(worker.record, { maxKeys: Number.POSITIVE_INFINITY }));
    const species = workers.get(record.worker_species_id) ?? [];
    const standing = standingOf.get(worker.workerId);
    species.push(
      snapshotWorker(
        record,
        {
          recordHash: worker.recordHash,
          transportDigest: worker.transport?.digest ?? null,
          available: worker.status === "active",
          attestation: standing ? snapshotAttestation(standing) : null,
        },
        pool,
      ),
    );
    workers.set(record.worker_species_id, species);
  }
  for (const species of workers.values()) species.sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
  return {
    tenantId,
    program: programOf(bundle),
    shadow: rows.shadow && { runId: rows.shadow.runId, program: programOf(rows.shadow.bundle) },
    identities: new Set(rows.identities),
    keys: new Map(rows.keys.map((key) => [Buffer.from(key.keyHash).toString("hex"), key])),
    code: codeEvidence(rows.standings),
    engine: {
      tenantId,
      version: versions.version,
      epoch: versions.epoch,
      hallEpoch: versions.hallEpoch,
      takenAtMs: nowMs,
      maxAgeMs: SNAPSHOT_MAX_AGE_MS,
      tenantStatus: tenantStatus(rows.tenant.standing, workingStandings),
      workers,
      bannedWorkers: new Set(),
      bansVersion: 0,
      egressAllowlist: NO_EGRESS,
      environmentProfiles: environmentProfiles(rows.environments),
      profiles: heldProfiles(rows.profiles),
      certificates: heldCertificates(rows.certificates),
      attestationConfigured: true,
      signatoryRequired,
      agreements: heldAgreements(rows.agreements),
      // Filled in for each decision, of what this instance holds.
      quotaLeft: new Map(),
      // Nothing feeds these yet: who demands one of them is refused.
      chainSums: new Map(),
      blastSpent: new Map(),
      catalogVersion: CATALOG_VERSION,
    },
  };
}

/** A suspended tenant does not work, whatever the setting says. */
function tenantStatus(standing: Standing, working: readonly Standing[]): TenantStatus {
  if (standing === "suspended") return "suspended";
  return working.includes(standing) ? "active" : "restricted";
}

async function readShadow(tx: TenantTx): Promise<{ runId: string; bundle: StoredBundle } | null> {
  const run = await readOpenShadowRun(tx);
  const bundle = run && (await readBundle(tx, run.digest));
  return run && bundle && { runId: run.id, bundle };
}

export function compileStored(bundle: StoredBundle): Program {
  return compile(RuleBundle.parse(JSON.parse(bundle.bundle)), bundle.digest);
}
