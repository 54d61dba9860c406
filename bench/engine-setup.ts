import { randomUUID } from "node:crypto";
import { newReceiptId, newSalt, sequenceBody } from "../packages/attestation/src/index.ts";
import {
  compile,
  decide,
  type Program,
  type RouteRequest,
  type Snapshot,
  snapshotWorker,
  telemetryOf,
  type WorkerPool,
} from "../packages/engine/src/index.ts";
import {
  CATALOG_VERSION,
  type DecisionBody,
  instant,
  type ReadRouteInput,
  RuleBundle,
  readRouteInput,
  type SequencedField,
  SPEC_VERSION,
  type TenantId,
  WorkerRecord,
} from "../packages/protocol/src/index.ts";

/** What the engine's benchmarks decide: a tenant with N rules and N workers, and requests that each match another one. */

export const REQUESTS = 997;
const NOW = Date.parse("2026-11-23T12:00:00.000Z");
const TENANT = "11111111-1111-4111-8111-111111111111" as TenantId;
export const DIGEST = `sha256:${"0".repeat(64)}`;
export const POLICIES = [
  {
    policy_id: "pol.bench.hours",
    when: 'request.env == "prod" && now.getHours() < 6',
    effect: "DENY",
    reason: "Nothing runs at night.",
  },
  {
    policy_id: "pol.bench.restricted",
    when: 'request.data_label == "RESTRICTED" && !worker.certified',
    effect: "REQUIRE_HUMAN",
    reason: "Restricted data needs a look.",
  },
  {
    policy_id: "pol.bench.allow",
    when: 'request.capability_id.startsWith("cap.doc.") && blast.score < 80',
    effect: "ALLOW",
    reason: "Documents are everyday work.",
  },
];

export interface Setup {
  program: Program;
  snapshot: Snapshot;
  requests: RouteRequest[];
  bodies: DecisionBody[];
}

export function decideOnce({ program, snapshot, requests }: Setup, n: number) {
  return decide(program, snapshot, requests[n % REQUESTS]!, NOW);
}

export function bundleOf(size: number, policies: readonly unknown[]): RuleBundle {
  return RuleBundle.parse({
    policies,
    rules: Array.from({ length: size }, (_, n) => ({
      rule_id: `rule-${n}`,
      match: { capability_id: `cap.doc.work-${n}`, env: { in: ["dev", "stage"] } },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: `wrk.doc.worker-${n}`, score_hint: 0.9 }],
        required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
      },
    })),
  });
}

export function setup(size: number, policies: readonly unknown[] = []): Setup {
  const program = compile(bundleOf(size, policies), DIGEST);
  const pool: WorkerPool = new Map();
  const workers = new Map(
    Array.from({ length: size }, (_, n) => {
      const record = WorkerRecord.parse({
        worker_id: `org.bench.worker-${n}.i-1`,
        worker_species_id: `wrk.doc.worker-${n}`,
        capabilities: [`cap.doc.work-${n}`],
        artifact_hash: `sha256:${"1".repeat(64)}`,
        currently_implements: ["ctrl.obs.audit-log-append-only"],
      });
      const live = {
        recordHash: record.artifact_hash,
        transportDigest: record.artifact_hash,
        available: true,
      };
      const worker = snapshotWorker(record, live, pool);
      return [worker.speciesId, [worker]] as const;
    }),
  );
  const snapshot: Snapshot = {
    tenantId: TENANT,
    version: 1,
    epoch: 0,
    hallEpoch: 0,
    takenAtMs: NOW - 100,
    maxAgeMs: 10_000,
    tenantStatus: "active",
    workers,
    bannedWorkers: new Set(),
    bansVersion: 0,
    egressAllowlist: { dev: [], stage: [], prod: [], edge: [] },
    environmentProfiles: { dev: null, stage: null, prod: null, edge: null },
    profiles: new Map(),
    agreements: [],
    certificates: new Map(),
    attestationConfigured: false,
    chainSums: new Map(),
    blastSpent: new Map(),
    signatoryRequired: false,
    quotaLeft: new Map(),
    catalogVersion: CATALOG_VERSION,
  };
  const identities = new Set(["tenant-1"]);
  const requests = Array.from({ length: REQUESTS }, (_, n) => ({
    read: readRouteInput({
      capability_id: `cap.doc.work-${(n * 7919) % size}`,
      env: n % 2 === 0 ? "dev" : "stage",
      data_label: "INTERNAL",
      tenant_risk: "low",
      qos_class: "P2",
      tenant_id: "tenant-1",
      correlation_id: randomUUID(),
      request: { document: "annual-report-2026.md", max_sentences: 3 },
    }),
    tenantId: TENANT,
    identities,
    agent: TENANT,
    key: null,
  }));
  const made = { program, snapshot, requests, bodies: [] as DecisionBody[] };
  made.bodies = Array.from({ length: REQUESTS }, (_, n) => copyOf(wholeDecision(made, n)));
  const denied = made.bodies.find(({ policy_decision }) => policy_decision !== "ALLOW");
  if (denied !== undefined) throw new Error(`What is measured is denied: ${denied.decision.deny?.code}`);
  return made;
}

/**
 * A copy of other objects with the same strings. Were the decisions themselves kept, the machine would learn here that
 * decisions live long, and put each later one straight into the old space, as no Hall does.
 */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (typeof value !== "object" || value === null) return value;
  const copy: T = { ...value };
  for (const key in copy) copy[key] = copyOf(copy[key]);
  return copy;
}

/** Everything between a read request and bytes that can be stored, as the Hall does it. */
export function wholeDecision({ program, snapshot, requests }: Setup, n: number): DecisionBody {
  const request = requests[n % REQUESTS]!;
  const decision = decide(program, snapshot, request, NOW);
  const { input } = request.read as Extract<ReadRouteInput, { valid: true }>;
  const unsequenced: Omit<DecisionBody, SequencedField> = {
    actor: { kind: "key", id: TENANT },
    chain: TENANT,
    decided_at: instant(NOW),
    hall: "bench.localhost/log",
    receipt_id: newReceiptId(NOW),
    salt: Buffer.from(newSalt()).toString("hex"),
    signing_key_id: "0123456789abcdef",
    spec_version: SPEC_VERSION,
    kind: "decision",
    tenant_id: input.tenant_id,
    correlation_id: input.correlation_id,
    capability_id: input.capability_id,
    worker_id: decision.selected?.worker_id ?? null,
    policy_decision: decision.outcome,
    controls_verified: decision.controls_verified,
    worker_attestation_checked: false,
    worker_attestation_valid: null,
    artifact_hash: `sha256:${"2".repeat(64)}` as DecisionBody["artifact_hash"],
    dispatched_at: null,
    start_by: null,
    decision,
  };
  const place = { seq: n, leafIndex: n, loggedAt: instant(NOW), prevHash: null };
  const { body } = sequenceBody(unsequenced, place);
  telemetryOf(decision, { decisionId: body.receipt_id, timestamp: body.decided_at });
  return body as DecisionBody;
}
