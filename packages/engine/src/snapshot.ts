import type {
  BlastRadius,
  CapabilityId,
  ControlId,
  Env,
  PrivilegeEnvelope,
  SpeciesId,
  TenantId,
  WorkerId,
  WorkerRecord,
} from "@guildhall/protocol";
import { REVERSIBILITY } from "@guildhall/protocol";
import { inOrder } from "./check-controls.ts";
import { freeze } from "./freeze.ts";

/**
 * What one tenant's part of the Hall looked like at one moment: everything live that a decision may depend
 * on, with the versions under which the ledger can tell whether it still holds. The engine never writes it.
 */
export interface Snapshot {
  readonly tenantId: TenantId;
  readonly version: number;
  /** The tenant's fence epoch, and the Hall's. */
  readonly epoch: number;
  readonly hallEpoch: number;
  readonly takenAtMs: number;
  readonly maxAgeMs: number;
  readonly tenantStatus: "active" | "suspended";
  /** The enrolled workers of each species, sorted by worker id. */
  readonly workers: ReadonlyMap<SpeciesId, readonly SnapshotWorker[]>;
  /** Ids of banned workers. */
  readonly bannedWorkers: ReadonlySet<string>;
  readonly bansVersion: number;
  /** The domains that an operator lets workers reach, for each environment. */
  readonly egressAllowlist: Readonly<Record<Env, readonly string[]>>;
}

export interface SnapshotWorker {
  readonly workerId: WorkerId;
  readonly speciesId: SpeciesId;
  readonly capabilities: ReadonlySet<CapabilityId>;
  /** Null where the record names none: then every environment is allowed. */
  readonly allowedEnvironments: ReadonlySet<Env> | null;
  readonly implements: ReadonlySet<ControlId>;
  /** Sorted, each once. */
  readonly requiredControls: readonly ControlId[];
  readonly recordHash: string;
  /** Digest of the address that would be called; null where none is registered. */
  readonly transportDigest: string | null;
  readonly available: boolean;
  /** 0-25. */
  readonly dimensionSum: number;
  readonly privilegeEnvelope: PrivilegeEnvelope | null;
}

/** A worker as the engine sees it: its record, and what only the Hall knows of it. */
export function snapshotWorker(
  record: WorkerRecord,
  live: { recordHash: string; transportDigest: string | null; available: boolean },
): SnapshotWorker {
  return {
    workerId: record.worker_id,
    speciesId: record.worker_species_id,
    capabilities: new Set(record.capabilities),
    allowedEnvironments: record.allowed_environments ? new Set(record.allowed_environments) : null,
    implements: new Set(record.currently_implements),
    requiredControls: freeze(inOrder(record.required_controls)),
    recordHash: live.recordHash,
    transportDigest: live.transportDigest,
    available: live.available,
    dimensionSum: dimensionSum(record.blast_radius),
    privilegeEnvelope: record.privilege_envelope ?? null,
  };
}

/** The five dimensions of contract 4.2 added up, 0-25; 0 where the record declares none. */
export function dimensionSum(blast: BlastRadius | undefined): number {
  if (blast === undefined) return 0;
  const reversibility =
    typeof blast.reversibility === "string" ? REVERSIBILITY[blast.reversibility] : blast.reversibility;
  return 0 + blast.data + blast.network + blast.financial + blast.time + reversibility;
}
