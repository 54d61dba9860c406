import { readdirSync, readFileSync } from "node:fs";
import type {
  AttestationMethod,
  CapabilityId,
  DataLabel,
  Env,
  ProfileId,
  SpeciesId,
  TenantId,
  WorkerId,
} from "@guildhall/protocol";
import {
  Agreement,
  CATALOG_VERSION,
  instant,
  Profile,
  RuleBundle,
  readRouteInput,
  SHIPPED_PROFILES,
  WorkerRecord,
} from "@guildhall/protocol";
import { parse } from "yaml";
import {
  compile,
  type KeyBounds,
  type Program,
  type RouteRequest,
  type Snapshot,
  snapshotAgreement,
  snapshotWorker,
} from "../src/index.ts";

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
  events_say?: Record<string, Json>;
}

interface VectorCase extends Checks {
  name?: string;
  with?: Json;
  without?: string[];
  snapshot?: VectorSnapshot;
  identities?: string[];
  key?: VectorKey;
  now_ms?: number;
}

interface VectorSnapshot {
  tenant_status?: "active" | "restricted" | "suspended";
  version?: number;
  epoch?: number;
  hall_epoch?: number;
  bans_version?: number;
  taken_at_ms?: number;
  max_age_ms?: number;
  banned_workers?: string[];
  egress_allowlist?: Partial<Record<Env, string[]>>;
  environment_profiles?: Partial<Record<Env, string>>;
  profiles?: Json[];
  agreements?: VectorAgreement[];
  certificates?: Record<string, VectorCertificate[]>;
  attestation_configured?: boolean;
  chain_sums?: Record<string, number>;
  blast_spent?: Record<string, number>;
  signatory_required?: boolean;
  quota_left?: Record<string, number>;
  catalog_version?: string;
  workers?: VectorWorker[];
}

interface VectorAgreement {
  agreement_id: string;
  version?: number;
  identities?: string[];
  terms?: Json;
  valid_from_ms?: number;
  valid_until_ms?: number | null;
  state?: string;
}

interface VectorCertificate {
  certificate_id: string;
  record_hash?: string;
  capabilities?: string[];
  environments?: Env[];
  data_labels?: DataLabel[];
  revoked?: boolean;
  valid_from_ms?: number;
  valid_until_ms?: number;
}

interface VectorAttestation {
  method?: AttestationMethod;
  registered_hash?: string;
  current_hash?: string | null;
  valid_until_ms?: number;
}

interface VectorWorker {
  record: Json;
  record_hash?: string;
  transport_digest?: string | null;
  available?: boolean;
  attestation?: VectorAttestation;
}

interface VectorKey {
  missing_scope?: string;
  environments?: Env[];
  agent?: string;
}

interface VectorFile extends Partial<Checks> {
  description: string;
  rules: unknown[];
  policies?: unknown[];
  bundle_digest?: string;
  snapshot: VectorSnapshot;
  identities?: string[];
  key?: VectorKey;
  now_ms?: number;
  request: Json;
  fault?: "snapshot";
  cases?: VectorCase[];
}

/** One call of `decide` and what is held against its answer. */
const TENANT = "00000000-0000-4000-8000-000000000001" as TenantId;

export interface Trial {
  name: string;
  /** Compiled anew whenever it is read, within the test that asks: so it is that test which notices a broken compiler. */
  readonly program: Program;
  /** Read anew as well. */
  readonly snapshot: Snapshot;
  request: RouteRequest;
  nowMs: number;
  checks: Checks;
  /** What the decision may name by digest, and the body that was sent: for deriving it again. */
  materials: Materials;
}

export interface Materials {
  records: Map<string, WorkerRecord>;
  profiles: Map<string, Profile>;
  agreements: Map<string, Agreement>;
  body: Json;
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

export function readVector(name: string, text: string): Vector {
  const file = parse(text) as VectorFile;
  onlyKnown(name, file, SCHEMA.properties);
  const { rules, policies = [] } = file;
  const bundle = RuleBundle.parse({ rules, policies });
  const cases: VectorCase[] = file.cases ?? [{ ...checksOf(file) }];
  const trials = cases.map((one, index): Trial => {
    onlyKnown(name, one, { ...SCHEMA.$defs.case.properties });
    const request: Json = { ...file.request, ...one.with };
    for (const field of one.without ?? []) delete request[field];
    const materials: Materials = {
      records: new Map(),
      profiles: new Map(),
      agreements: new Map(),
      body: request,
    };
    return {
      name: one.name ?? (file.cases ? `case ${index + 1}` : "holds"),
      get program() {
        return compile(bundle, file.bundle_digest ?? "bundle-1");
      },
      get snapshot() {
        const snapshot = readSnapshot(name, { ...file.snapshot, ...one.snapshot }, materials);
        return file.fault === "snapshot" ? failing(snapshot) : snapshot;
      },
      request: {
        read: readRouteInput(request),
        tenantId: TENANT,
        identities: new Set(one.identities ?? file.identities ?? ["tenant-1"]),
        agent: (one.key ?? file.key)?.agent ?? "agent-1",
        key: keyOf(one.key ?? file.key),
      },
      nowMs: one.now_ms ?? file.now_ms ?? 1000,
      checks: checksOf(one),
      materials,
    };
  });
  return { name, description: file.description, trials };
}

function checksOf(from: Partial<Checks>): Checks {
  const { expect, inputs_lack, message_says, never_says, events, events_say } = from;
  if (expect === undefined) throw new Error("a vector expects nothing");
  return {
    expect,
    ...(inputs_lack && { inputs_lack }),
    ...(message_says && { message_says }),
    ...(never_says && { never_says }),
    ...(events && { events }),
    ...(events_say && { events_say }),
  };
}

/** What narrows the caller's key, where the vector says so. */
function keyOf(key: VectorKey | undefined): KeyBounds | null {
  if (key === undefined) return null;
  const { missing_scope, environments, agent } = key;
  return {
    missingScope: missing_scope ?? null,
    environments: environments ? new Set(environments) : null,
    agent: agent ?? null,
  };
}

function readSnapshot(name: string, from: VectorSnapshot, materials: Materials): Snapshot {
  onlyKnown(name, from, SCHEMA.$defs.snapshot.properties);
  const workers = new Map<SpeciesId, ReturnType<typeof snapshotWorker>[]>();
  const enrolled = (from.workers ?? []).map((worker, at) => {
    onlyKnown(name, worker, SCHEMA.$defs.worker.properties);
    const record = WorkerRecord.parse({ artifact_hash: `sha256:${"0".repeat(64)}`, ...worker.record });
    const recordHash = worker.record_hash ?? `record-${at + 1}`;
    materials.records.set(recordHash, record);
    return snapshotWorker(record, {
      recordHash,
      transportDigest: worker.transport_digest === undefined ? "transport-1" : worker.transport_digest,
      available: worker.available ?? true,
      attestation: worker.attestation ? readAttestation(name, worker.attestation) : null,
    });
  });
  enrolled.sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
  for (const worker of enrolled)
    workers.set(worker.speciesId, [...(workers.get(worker.speciesId) ?? []), worker]);
  return {
    tenantId: TENANT,
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
    environmentProfiles: {
      ...{ dev: null, stage: null, prod: null, edge: null },
      ...(from.environment_profiles as Partial<Record<Env, ProfileId>>),
    },
    profiles: new Map(
      [...SHIPPED_PROFILES, ...(from.profiles ?? []).map((own) => Profile.parse(own))].map((profile) => [
        profile.profile_id,
        heldProfile(profile, materials),
      ]),
    ),
    agreements: (from.agreements ?? []).map((agreement) => readAgreement(name, agreement, materials)),
    certificates: new Map(
      Object.entries(from.certificates ?? {}).map(([worker, certificates]) => [
        worker as WorkerId,
        certificates.map((certificate) => readCertificate(name, certificate)),
      ]),
    ),
    attestationConfigured: from.attestation_configured ?? false,
    chainSums: new Map(Object.entries(from.chain_sums ?? {})),
    blastSpent: new Map(Object.entries(from.blast_spent ?? {})),
    signatoryRequired: from.signatory_required ?? false,
    quotaLeft: new Map(Object.entries(from.quota_left ?? {})),
    catalogVersion: from.catalog_version ?? CATALOG_VERSION,
  };
}

function heldProfile(profile: Profile, materials: Materials) {
  const digest = `digest of ${profile.profile_id}`;
  materials.profiles.set(digest, profile);
  return { profile, digest };
}

function readAgreement(name: string, from: VectorAgreement, materials: Materials) {
  onlyKnown(name, from, SCHEMA.$defs.agreement.properties);
  const until = from.valid_until_ms === undefined ? 2000 : from.valid_until_ms;
  const agreement = Agreement.parse({
    agreement_id: from.agreement_id,
    version: from.version ?? 1,
    identities: from.identities ?? ["tenant-1"],
    terms: {
      capabilities: ["cap.doc.*"],
      environments: ["dev", "stage", "prod", "edge"],
      data_labels: ["PUBLIC", "INTERNAL", "RESTRICTED"],
      max_blast_score: 100,
      ...from.terms,
    },
    valid_from: instant(from.valid_from_ms ?? 0),
    valid_until: until === null ? null : instant(until),
    state: from.state ?? "active",
  });
  const digest = `digest of ${from.agreement_id}`;
  materials.agreements.set(digest, agreement);
  return snapshotAgreement(agreement, digest);
}

function readCertificate(name: string, from: VectorCertificate) {
  onlyKnown(name, from, SCHEMA.$defs.certificate.properties);
  return {
    certificateId: from.certificate_id,
    digest: `digest of ${from.certificate_id}`,
    recordHash: from.record_hash ?? "record-1",
    capabilities: new Set((from.capabilities ?? ["cap.doc.summarize"]) as CapabilityId[]),
    environments: new Set(from.environments ?? (["dev", "stage", "prod", "edge"] as const)),
    dataLabels: new Set(from.data_labels ?? (["PUBLIC", "INTERNAL", "RESTRICTED"] as const)),
    revoked: from.revoked ?? false,
    validFromMs: from.valid_from_ms ?? 0,
    validUntilMs: from.valid_until_ms ?? 2000,
  };
}

function readAttestation(name: string, from: VectorAttestation) {
  onlyKnown(name, from, SCHEMA.$defs.attestation.properties);
  const registeredHash = from.registered_hash ?? "a".repeat(64);
  return {
    method: from.method ?? ("runner-measured" as const),
    registeredHash,
    currentHash: from.current_hash === undefined ? registeredHash : from.current_hash,
    validUntilMs: from.valid_until_ms ?? 2000,
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
