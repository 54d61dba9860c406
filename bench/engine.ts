import { hash, randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { newReceiptId, newSalt, sequenceBody } from "../packages/attestation/src/index.ts";
import {
  compile,
  decide,
  type Program,
  type RouteRequest,
  reviewBundle,
  type Snapshot,
  snapshotWorker,
  telemetryOf,
  type WorkerPool,
} from "../packages/engine/src/index.ts";
import {
  CATALOG_VERSION,
  canonicalBody,
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
import { PEERS } from "./peers.ts";
import { printTable, type Row } from "./table.ts";

/** P1, P2 and P3 of the targets: a decision, a decision with its receipt body, hash and telemetry, and compiling. */

const SIZES = [10, 100, 1000, 10_000, 100_000];
const ROUNDS = 5;
const REQUESTS = 997;
const NOW = Date.parse("2026-11-23T12:00:00.000Z");
const TENANT = "11111111-1111-4111-8111-111111111111" as TenantId;

export async function benchEngine(): Promise<void> {
  await benchDecisions();
  benchCompiling();
}

async function benchDecisions(): Promise<void> {
  const setups = SIZES.map((size) => ({ size, ...setup(size) }));
  const policed = setup(10, POLICIES);
  const lookups = setups.map(({ size }) => lookupPeer(size));
  const values = setups.map(() => ({
    decide: [] as number[],
    lookup: [] as number[],
    whole: [] as number[],
    floor: [] as number[],
  }));
  const withPolicy: number[] = [];
  // Interleaved, so that a noisy minute falls on all alike.
  for (let round = -1; round < ROUNDS; round++) {
    setups.forEach((setup, i) => {
      const measured = {
        decide: perCall((n) => void decideOnce(setup, n)),
        lookup: perCall(lookups[i]!),
        whole: perCall((n) => void wholeDecision(setup, n)),
        floor: perCall((n) => void floorOf(setup.bodies[n % setup.bodies.length]!)),
      };
      if (round < 0) return; // warm-up
      for (const key of ["decide", "lookup", "whole", "floor"] as const) values[i]![key].push(measured[key]);
    });
    const policy = perCall((n) => void decideOnce(policed, n));
    if (round >= 0) withPolicy.push(policy);
  }

  const small = values[0]!;
  const decided: Row[] = setups.flatMap(({ size, bodies }, i) => {
    const own = values[i]!;
    const bytes = canonicalBody(bodies[0]).length;
    return [
      {
        case: `P1 decide, N=${size}`,
        unit: "µs",
        values: own.decide,
        against: {
          name: "N=10 + look-up of rule and record among N",
          values: own.decide.map((_, round) => small.decide[round]! + own.lookup[round]!),
          target: size === 10 ? "at most 3 µs" : "at most 1.5",
        },
        note: "1 rule examined",
      },
      {
        case: `P2 decide, body, telemetry, hash, N=${size}`,
        unit: "µs",
        values: own.whole,
        against: {
          name: "canonicalise + SHA-256 of the same body",
          values: own.floor,
          target: "at most 1.5",
        },
        note: `body ${bytes} B (at most 3000)`,
      },
    ];
  });
  printTable("engine: deciding (P1, P2)", [
    ...decided,
    { case: `decide, N=10, ${POLICIES.length} CEL policies`, unit: "µs", values: withPolicy },
  ]);

  const peers: Row[] = [];
  for (const [i, { size }] of setups.entries()) {
    peers.push({
      case: `Map, a rule and a record, N=${size}`,
      unit: "µs",
      values: values[i]!.lookup,
      against: { name: `decide, N=${size}`, values: values[i]!.decide },
    });
    for (const peer of PEERS.filter(({ max }) => size <= max)) {
      const ask = await peer.setUp(size);
      const rounds = Array.from({ length: ROUNDS }, () =>
        perCall((n) => void ask(`cap.doc.work-${(n * 7919) % size}`, n % 2 === 0 ? "dev" : "stage")),
      );
      const row = { case: `${peer.name}, N=${size}`, unit: "µs", values: rounds };
      peers.push({ ...row, against: { name: `decide, N=${size}`, values: values[i]!.decide } });
    }
  }
  printTable("engine: peers, which answer yes or no only", peers);
}

/** Compiling, with shadow and conflict analysis, and what a program weighs. */
function benchCompiling(): void {
  const rows: Row[] = [10_000, 100_000].map((size) => {
    const bundle = bundleOf(size, []);
    const kept: Program[] = [];
    const seconds: number[] = [];
    let megabytes = 0;
    for (let round = 0; round < 3; round++) {
      kept.length = 0;
      const before = weight();
      const started = performance.now();
      const program = compile(bundle, DIGEST);
      reviewBundle(program, { workers: new Map(), profiles: new Map() });
      seconds.push((performance.now() - started) / 1000);
      kept.push(program);
      // The engine of the machine may keep the round before alive a little longer: the first round tells.
      megabytes = Math.max(megabytes, (weight() - before) / 1e6);
    }
    return {
      case: `P3 compile and review, ${size} rules`,
      unit: "s",
      values: seconds,
      note: `target ${size === 10_000 ? 1 : 10} s; program ${megabytes.toFixed(0)} MB${size === 100_000 ? " (at most 200)" : ""}`,
    };
  });
  printTable("engine: compiling (P3)", rows);
}

/** Bytes in use after a collection. */
function weight(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const collectGarbage: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
})();

const DIGEST = `sha256:${"0".repeat(64)}`;
const POLICIES = [
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

interface Setup {
  program: Program;
  snapshot: Snapshot;
  requests: RouteRequest[];
  bodies: DecisionBody[];
}

function decideOnce({ program, snapshot, requests }: Setup, n: number) {
  return decide(program, snapshot, requests[n % REQUESTS]!, NOW);
}

function bundleOf(size: number, policies: readonly unknown[]): RuleBundle {
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

function setup(size: number, policies: readonly unknown[] = []): Setup {
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
function wholeDecision({ program, snapshot, requests }: Setup, n: number): DecisionBody {
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

function floorOf(body: DecisionBody): string {
  return hash("sha256", canonicalBody(body), "hex");
}

/** One rule and one worker record found among N, by rotating keys. */
function lookupPeer(size: number): (n: number) => void {
  const rules = new Map(Array.from({ length: size }, (_, n) => [`cap.doc.work-${n}`, { n }]));
  const records = new Map(Array.from({ length: size }, (_, n) => [`wrk.doc.worker-${n}`, { n }]));
  const keys = Array.from({ length: REQUESTS }, (_, n) => [
    `cap.doc.work-${(n * 7919) % size}`,
    `wrk.doc.worker-${(n * 7919) % size}`,
  ]);
  let sum = 0;
  return (n) => {
    const [rule, record] = keys[n % REQUESTS]!;
    sum += rules.get(rule!)!.n + records.get(record!)!.n;
    if (sum < 0) throw new Error("never: keeps the look-ups from being optimised away");
  };
}

/** Microseconds a call, over about a fifth of a second. */
function perCall(work: (n: number) => void): number {
  let n = 0;
  const started = performance.now();
  let elapsed = 0;
  // Batches grow while they are short, so that reading the clock costs nothing beside a quick call.
  for (let batch = 1; elapsed < 200; ) {
    for (let i = 0; i < batch; i++) work(n++);
    elapsed = performance.now() - started;
    if (batch < 500 && elapsed < 20) batch *= 2;
  }
  return (elapsed * 1000) / n;
}
