import { hash, randomUUID } from "node:crypto";
import { newReceiptId, newSalt, sequenceBody } from "../packages/attestation/src/index.ts";
import {
  compile,
  decide,
  type Program,
  type Snapshot,
  snapshotWorker,
  telemetryOf,
} from "../packages/engine/src/index.ts";
import {
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
import { printTable, type Row } from "./table.ts";

/** P1 and P2 of the targets: a decision, and a decision with its receipt body, hash and telemetry. */

const SIZES = [10, 1000, 100_000];
const ROUNDS = 7;
const REQUESTS = 997;
const NOW = Date.parse("2026-11-23T12:00:00.000Z");
const TENANT = "11111111-1111-4111-8111-111111111111" as TenantId;

export function benchEngine(): void {
  const setups = SIZES.map((size) => ({ size, ...setup(size) }));
  const lookups = setups.map(({ size }) => lookupPeer(size));
  const values = setups.map(() => ({
    decide: [] as number[],
    lookup: [] as number[],
    whole: [] as number[],
    floor: [] as number[],
  }));
  // Interleaved, so that a noisy minute falls on all alike.
  for (let round = -1; round < ROUNDS; round++)
    setups.forEach((setup, i) => {
      const measured = {
        decide: perCall(
          (n) => void decide(setup.program, setup.snapshot, setup.requests[n % REQUESTS]!, NOW),
        ),
        lookup: perCall(lookups[i]!),
        whole: perCall((n) => void wholeDecision(setup, n)),
        floor: perCall((n) => void floorOf(setup.bodies[n % setup.bodies.length]!)),
      };
      if (round < 0) return; // warm-up
      for (const key of ["decide", "lookup", "whole", "floor"] as const) values[i]![key].push(measured[key]);
    });

  const small = values[0]!;
  const rows: Row[] = setups.flatMap(({ size, bodies }, i) => {
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
          target: i === 0 ? "at most 3 µs" : "at most 1.5",
        },
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
  printTable("engine (P1, P2)", rows);
}

interface Setup {
  program: Program;
  snapshot: Snapshot;
  requests: { read: ReadRouteInput; identities: ReadonlySet<string> }[];
  bodies: DecisionBody[];
}

function setup(size: number): Setup {
  const bundle = RuleBundle.parse({
    rules: Array.from({ length: size }, (_, n) => ({
      rule_id: `rule-${n}`,
      match: { capability_id: `cap.doc.work-${n}`, env: { in: ["dev", "stage"] } },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: `wrk.doc.worker-${n}`, score_hint: 0.9 }],
        required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
      },
    })),
  });
  const program = compile(bundle, `sha256:${"0".repeat(64)}`);
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
      const worker = snapshotWorker(record, live);
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
    identities,
  }));
  const made = { program, snapshot, requests, bodies: [] as DecisionBody[] };
  made.bodies = Array.from({ length: REQUESTS }, (_, n) => wholeDecision(made, n));
  return made;
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
  while (elapsed < 200) {
    for (let i = 0; i < 500; i++) work(n++);
    elapsed = performance.now() - started;
  }
  return (elapsed * 1000) / n;
}
