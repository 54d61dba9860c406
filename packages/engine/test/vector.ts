import { readdirSync, readFileSync } from "node:fs";
import type { Env, SpeciesId, TenantId } from "@guildhall/protocol";
import { RuleBundle, readRouteInput, WorkerRecord } from "@guildhall/protocol";
import { parse } from "yaml";
import { compile, type Program, type RouteRequest, type Snapshot, snapshotWorker } from "../src/index.ts";

/** Vectors are data in `vectors/engine`, described by its `schema.json`: here they become arguments. */

const FOLDER = new URL("../../../vectors/engine/", import.meta.url);
const SCHEMA = JSON.parse(readFileSync(new URL("schema.json", FOLDER), "utf8"));

type Json = { [key: string]: unknown };

interface Checks {
  expect: Json;
  inputs_lack?: string[];
  message_says?: string[];
  never_says?: string[];
  events?: string[];
}

interface VectorCase extends Checks {
  name?: string;
  with?: Json;
  without?: string[];
  snapshot?: VectorSnapshot;
  identities?: string[];
  now_ms?: number;
}

interface VectorSnapshot {
  tenant_status?: "active" | "suspended";
  version?: number;
  epoch?: number;
  hall_epoch?: number;
  bans_version?: number;
  taken_at_ms?: number;
  max_age_ms?: number;
  banned_workers?: string[];
  egress_allowlist?: Partial<Record<Env, string[]>>;
  workers?: VectorWorker[];
}

interface VectorWorker {
  record: Json;
  record_hash?: string;
  transport_digest?: string | null;
  available?: boolean;
}

interface VectorFile extends Partial<Checks> {
  description: string;
  rules: unknown[];
  bundle_digest?: string;
  snapshot: VectorSnapshot;
  identities?: string[];
  now_ms?: number;
  request: Json;
  fault?: "snapshot";
  cases?: VectorCase[];
}

/** One call of `decide` and what is held against its answer. */
export interface Trial {
  name: string;
  program: Program;
  snapshot: Snapshot;
  request: RouteRequest;
  nowMs: number;
  checks: Checks;
}

export interface Vector {
  /** The file's name: the behaviour in kebab case. */
  name: string;
  description: string;
  trials: Trial[];
}

let read: Vector[] | null = null;

/** All vectors, by name; read once for each test file. */
export function vectors(): Vector[] {
  read ??= readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => readVector(file.slice(0, -".yaml".length), readFileSync(new URL(file, FOLDER), "utf8")));
  return read;
}

function readVector(name: string, text: string): Vector {
  const file = parse(text) as VectorFile;
  onlyKnown(name, file, SCHEMA.properties);
  const program = compile(RuleBundle.parse({ rules: file.rules }), file.bundle_digest ?? "bundle-1");
  const cases: VectorCase[] = file.cases ?? [{ ...checksOf(file) }];
  const trials = cases.map((one, index): Trial => {
    onlyKnown(name, one, { ...SCHEMA.$defs.case.properties });
    const request: Json = { ...file.request, ...one.with };
    for (const field of one.without ?? []) delete request[field];
    const snapshot = readSnapshot(name, { ...file.snapshot, ...one.snapshot });
    return {
      name: one.name ?? (file.cases ? `case ${index + 1}` : "holds"),
      program,
      snapshot: file.fault === "snapshot" ? failing(snapshot) : snapshot,
      request: {
        read: readRouteInput(request),
        identities: new Set(one.identities ?? file.identities ?? ["tenant-1"]),
      },
      nowMs: one.now_ms ?? file.now_ms ?? 1000,
      checks: checksOf(one),
    };
  });
  return { name, description: file.description, trials };
}

function checksOf(from: Partial<Checks>): Checks {
  const { expect, inputs_lack, message_says, never_says, events } = from;
  if (expect === undefined) throw new Error("a vector expects nothing");
  return {
    expect,
    ...(inputs_lack && { inputs_lack }),
    ...(message_says && { message_says }),
    ...(never_says && { never_says }),
    ...(events && { events }),
  };
}

function readSnapshot(name: string, from: VectorSnapshot): Snapshot {
  onlyKnown(name, from, SCHEMA.$defs.snapshot.properties);
  const workers = new Map<SpeciesId, ReturnType<typeof snapshotWorker>[]>();
  const enrolled = (from.workers ?? []).map((worker) => {
    onlyKnown(name, worker, SCHEMA.$defs.worker.properties);
    const record = WorkerRecord.parse({ artifact_hash: `sha256:${"0".repeat(64)}`, ...worker.record });
    return snapshotWorker(record, {
      recordHash: worker.record_hash ?? "record-1",
      transportDigest: worker.transport_digest === undefined ? "transport-1" : worker.transport_digest,
      available: worker.available ?? true,
    });
  });
  enrolled.sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
  for (const worker of enrolled)
    workers.set(worker.speciesId, [...(workers.get(worker.speciesId) ?? []), worker]);
  return {
    tenantId: "00000000-0000-4000-8000-000000000001" as TenantId,
    version: from.version ?? 1,
    epoch: from.epoch ?? 1,
    hallEpoch: from.hall_epoch ?? 1,
    takenAtMs: from.taken_at_ms ?? 1000,
    maxAgeMs: from.max_age_ms ?? 5000,
    tenantStatus: from.tenant_status ?? "active",
    workers,
    bannedWorkers: new Set(from.banned_workers ?? []),
    bansVersion: from.bans_version ?? 1,
    egressAllowlist: { dev: [], stage: [], prod: [], edge: [], ...from.egress_allowlist },
  };
}

/** A snapshot of which nothing can be read. */
export function failing<T extends object>(target: T): T {
  return new Proxy(target, {
    get() {
      throw new Error("the snapshot can not be read");
    },
  });
}

function onlyKnown(vector: string, value: object, known: object): void {
  for (const key of Object.keys(value))
    if (!(key in known)) throw new Error(`${vector}: ${key} is not in schema.json`);
}
