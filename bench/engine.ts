import { hash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile, type Program, reviewBundle } from "../packages/engine/src/index.ts";
import { canonicalBody, type DecisionBody } from "../packages/protocol/src/index.ts";
import { bundleOf, DIGEST, decideOnce, POLICIES, REQUESTS, setup, wholeDecision } from "./engine-setup.ts";
import { PEERS } from "./peers.ts";
import { printTable, type Row } from "./table.ts";

/** P1, P2 and P3 of the targets: a decision, a decision with its receipt body, hash and telemetry, and compiling. */

const SIZES = [10, 100, 1000, 10_000, 100_000];
const ROUNDS = 5;

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
