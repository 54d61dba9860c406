import { documentDigest, recordHash } from "@guildhall/attestation";
import { buildLog, sampleDecision } from "@guildhall/attestation/testing";
import { compile, decide, type Snapshot, type SnapshotWorker, snapshotWorker } from "@guildhall/engine";
import {
  CATALOG_VERSION,
  Profile,
  type ProfileId,
  type Receipt,
  RuleBundle,
  readRouteInput,
  type SealedReceipt,
  SHIPPED_PROFILES,
  type SpeciesId,
  WorkerRecord,
} from "@guildhall/protocol";

/** A tenant's world, and what a Hall would have recorded of a request in it. */

const TENANT = "00000000-0000-4000-8000-000000000001" as Snapshot["tenantId"];
export const RULES = {
  rules: [
    {
      rule_id: "rr_summarize",
      match: { capability_id: "cap.doc.summarize" },
      decision: {
        candidate_workers_ranked: [
          { worker_species_id: "wrk.doc.summarizer", score_hint: 0.9 },
          { worker_species_id: "wrk.doc.reader" },
        ],
        recommended_profiles: [{ profile_id: "prof.our.own", score: 1 }],
      },
    },
  ],
  policies: [
    {
      policy_id: "pol.restricted",
      when: 'request.data_label == "RESTRICTED"',
      effect: "REQUIRE_HUMAN",
      reason: "Somebody looks at it.",
    },
  ],
};

/** Of the first species and away; the second does the work. The float's form is part of the record's hash. */
export const AWAY = `{"worker_id": "org.acme.summarizer.i-1", "worker_species_id": "wrk.doc.summarizer",
  "capabilities": ["cap.doc.summarize"], "price": 1.0}`;
export const READER = `{"worker_id": "org.acme.reader.i-1", "worker_species_id": "wrk.doc.reader",
  "capabilities": ["cap.doc.summarize"], "blast_radius": {"data": 1}, "big": 12345678901234567890}`;
export const OWN_PROFILE = { profile_id: "prof.our.own", name: "Ours", controls_required: [] };

export const REQUEST = {
  capability_id: "cap.doc.summarize",
  env: "dev",
  data_label: "INTERNAL",
  tenant_risk: "low",
  qos_class: "P2",
  tenant_id: "tenant-1",
  correlation_id: "corr-1",
  request: { writes: true, text: "Long." },
};

/** The receipt of a decision about this request, changed; and its seal. */
export async function decided(changes: object = {}, rules: object = RULES): Promise<SealedReceipt> {
  const sample = sampleDecision();
  const nowMs = Date.parse(sample.decided_at);
  const bundle = RuleBundle.parse(rules);
  const decision = decide(
    compile(bundle, documentDigest(bundle)),
    snapshot(nowMs - 250),
    {
      read: readRouteInput({ ...REQUEST, ...changes }),
      tenantId: TENANT,
      agent: "key-1",
      key: null,
      identities: new Set(["tenant-1"]),
    },
    nowMs,
  );
  const body = {
    ...sample,
    decision,
    policy_decision: decision.outcome,
    worker_id: decision.selected?.worker_id ?? null,
    controls_verified: decision.controls_verified,
  };
  return (await buildLog(1, { body: () => body })).seal(0);
}

/** The same before any seal: for receipts that are forged. */
export async function receipt(changes: object = {}): Promise<Receipt> {
  return (await decided(changes)).receipt;
}

function snapshot(takenAtMs: number): Snapshot {
  const profiles = [...SHIPPED_PROFILES, Profile.parse(OWN_PROFILE)];
  const none = { dev: null, stage: null, prod: null, edge: null };
  return {
    tenantId: TENANT,
    version: 7,
    epoch: 3,
    hallEpoch: 2,
    takenAtMs,
    maxAgeMs: 10_000,
    tenantStatus: "active",
    workers: new Map<SpeciesId, SnapshotWorker[]>([
      ["wrk.doc.summarizer" as SpeciesId, [worker(AWAY, false)]],
      ["wrk.doc.reader" as SpeciesId, [worker(READER, true)]],
    ]),
    bannedWorkers: new Set(),
    bansVersion: 0,
    egressAllowlist: { dev: [], stage: [], prod: [], edge: [] },
    environmentProfiles: { ...none, dev: "prof.dev.permissive" as ProfileId },
    profiles: new Map(
      profiles.map((profile) => [profile.profile_id, { profile, digest: documentDigest(profile) }]),
    ),
    agreements: [],
    certificates: new Map(),
    attestationConfigured: false,
    chainSums: new Map(),
    blastSpent: new Map(),
    signatoryRequired: false,
    quotaLeft: new Map(),
    catalogVersion: CATALOG_VERSION,
  };
}

function worker(text: string, available: boolean): SnapshotWorker {
  const record = WorkerRecord.parse({ ...JSON.parse(text), artifact_hash: recordHash(text) });
  return snapshotWorker(record, {
    recordHash: recordHash(text),
    transportDigest: `sha256:${"c".repeat(64)}`,
    available,
  });
}
