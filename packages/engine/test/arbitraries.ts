import {
  ATTESTATION_METHODS,
  type CapabilityId,
  DataLabel,
  Env,
  Profile,
  QosClass,
  RuleBundle,
  readRouteInput,
  SHIPPED_PROFILES,
  type SpeciesId,
  TenantRisk,
  type WorkerId,
  WorkerRecord,
} from "@guildhall/protocol";
import fc from "fast-check";
import type { RouteRequest, Snapshot, SnapshotWorker } from "../src/index.ts";
import { snapshotWorker } from "../src/index.ts";

/** A small world in which rules, workers and requests often meet. */

const TENANT = "00000000-0000-4000-8000-000000000001" as Snapshot["tenantId"];
const CAPABILITIES = ["cap.doc.summarize", "cap.doc.translate", "cap.model.embed"];
const SPECIES = ["wrk.doc.summarizer", "wrk.doc.translator", "wrk.model.embedder"];
export const CONTROLS = [
  "ctrl.obs.audit-log-append-only",
  "ctrl.sandbox.no-network",
  "ctrl.privilege-envelopes-required",
];
const IDENTITIES = ["tenant-1", "tenant-2"];

/** Some are always true, some never, some fail at run time. */
const CONDITIONS = [
  "request.writes",
  'request.data_label == "RESTRICTED"',
  "blast.score > 60",
  "worker.certified",
  "agreement.in_force && agreement.max_blast_score < 50",
  "chain.dimension_sum > 5",
  "[1, 2][worker.dimension_sum] == 1",
  'now > timestamp("2030-01-01T00:00:00Z")',
];
const OWN_PROFILE = Profile.parse({
  profile_id: "prof.own.tight",
  name: "Tight",
  certification_for: ["RESTRICTED"],
  attestation_minimum: "self-reported",
  privilege_envelope: {
    required_for: ["RESTRICTED"],
    network_egress: "allowlisted",
    secrets_for: ["PUBLIC"],
    filesystem_writes: ["/data"],
    tools: ["search"],
  },
  blast: { hold_at: 60, deny_at: 90, dimensions_hold_at: 12, dimensions_deny_at: 20, budget_per_hour: 120 },
  controls_required: ["ctrl.obs.audit-log-append-only"],
});
const HELD = [...SHIPPED_PROFILES, OWN_PROFILE];
const PROFILES = HELD.map(({ profile_id }) => profile_id as string);

const some = <T>(values: readonly T[], minLength = 0) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength, maxLength: values.length });
const rarely = (weight = 8) =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

function condition<T>(values: readonly T[]) {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    fc.constantFrom(...values),
    fc.constantFrom(...values).map((eq) => ({ eq })),
    some(values, 1).map((list) => ({ in: list })),
    fc.constant({ any: true as const }),
  );
}

const ruleMatch = fc
  .record({
    capability_id: condition([...CAPABILITIES, "cap.doc.*", "cap.*"]),
    env: condition(Env.options),
    data_label: condition(DataLabel.options),
    tenant_risk: condition(TenantRisk.options),
    qos_class: condition(QosClass.options),
  })
  .map((match) => Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)));

const ruleDecision = fc.record({
  candidate_workers_ranked: fc.uniqueArray(
    fc.record({
      worker_species_id: fc.constantFrom(...SPECIES),
      score_hint: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
      requires_controls_minimum: some(CONTROLS.slice(0, 2)),
      rank: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
    }),
    { minLength: 1, maxLength: 3, selector: (candidate) => candidate.worker_species_id },
  ),
  required_controls_suggested: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, some(CONTROLS)),
  recommended_profiles: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    fc.constantFrom(...PROFILES, "prof.own.nobody-holds").map((profile_id) => [{ profile_id, score: 0.5 }]),
  ),
  max_blast_score: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    fc.integer({ min: 20, max: 100 }),
    fc.constant({ prod: 60 }),
  ),
  escalation: fc.record({
    policy_gate: rarely(12),
    human_required_default: rarely(20),
    human_required_if: fc.oneof({ weight: 8, arbitrary: fc.constant([]) }, some(CONDITIONS, 1)),
    msavx_step_up: rarely(20),
  }),
  preconditions: fc.record({
    deny_if_missing_required_controls: fc.boolean(),
    deny_if_no_attestation_in_prod: rarely(12),
    deny_if_unsigned_artifact_in_prod: rarely(12),
    must_be_certified: rarely(12),
    must_be_attested: rarely(12),
  }),
});

export const policy = fc.record({
  policy_id: fc.constantFrom("pol.own.a", "pol.own.b", "pol.own.c"),
  when: fc.constantFrom(...CONDITIONS),
  effect: fc.constantFrom("ALLOW", "ALLOW", "DENY", "REQUIRE_HUMAN"),
  reason: fc.constant("because"),
});
const policies = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  fc.uniqueArray(policy, { minLength: 1, maxLength: 3, selector: ({ policy_id }) => policy_id }),
);

const rules = (maxLength: number) =>
  fc
    .record({
      list: fc.array(fc.record({ match: ruleMatch, decision: ruleDecision }), { minLength: 1, maxLength }),
      policies,
    })
    .map(({ list, policies }) => ({
      policies,
      rules: list.map((rule, index) => ({ rule_id: `r-${index}`, ...rule })),
    }));

export const bundle = (maxLength = 6) => rules(maxLength).map((input) => RuleBundle.parse(input));

const envelope = fc.option(
  fc.record({
    network_egress: fc.constantFrom("none", "allowlisted", "unrestricted"),
    secrets_access: fc.constantFrom([], ["db"]),
    filesystem_writes: some(["/data/out", "/data", "/tmp", "/data/../etc"]),
    tools: some(["search", "shell"]),
    egress: fc.record({ allowlist: some(["a.example.com", "b.example.com"]) }),
  }),
  { nil: undefined },
);

const blastRadius = fc.option(
  fc.record({
    data: fc.nat(5),
    network: fc.nat(5),
    financial: fc.nat(5),
    time: fc.nat(5),
    reversibility: fc.nat(5),
  }),
  { nil: undefined },
);

export const worker = fc
  .record({
    record: fc.record({
      worker_id: fc.nat(30).map((number) => `org.acme.w${number}`),
      worker_species_id: fc.constantFrom(...SPECIES),
      capabilities: some(CAPABILITIES, 2),
      currently_implements: fc.oneof({ weight: 2, arbitrary: fc.constant(CONTROLS) }, some(CONTROLS)),
      required_controls: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, some(CONTROLS)),
      allowed_environments: fc.option(some(Env.options, 1), { nil: undefined, freq: 2 }),
      privilege_envelope: envelope,
      blast_radius: blastRadius,
      artifact_hash: fc.constant(`sha256:${"0".repeat(64)}`),
      catalog_version_min: fc.option(
        fc.constantFrom("0.1.0", "0.1.0", "wcp-catalog@0.0.9", "0.2.0", "newest"),
        {
          nil: undefined,
          freq: 2,
        },
      ),
    }),
    attestation: fc.option(
      fc.record({
        method: fc.constantFrom(...ATTESTATION_METHODS),
        registeredHash: fc.constantFrom(...Array<string>(9).fill("a".repeat(64)), "short"),
        currentHash: fc.constantFrom(...Array<string>(9).fill("a".repeat(64)), "b".repeat(64), null),
        validUntilMs: fc.constantFrom(5000, 5000, 5000, 5000, 1000),
      }),
      { nil: null, freq: 2 },
    ),
    transportDigest: fc.option(fc.constant("transport-1"), { nil: null, freq: 8 }),
    available: rarely().map((down) => !down),
  })
  .map(({ record, transportDigest, available, attestation }) =>
    snapshotWorker(WorkerRecord.parse(record), {
      recordHash: "record-1",
      transportDigest,
      available,
      attestation,
    }),
  );

const env = fc.constantFrom(...Env.options);
const agreement = fc.record({
  agreementId: fc.constantFrom("agr-1", "agr-2", "agr-3"),
  version: fc.constant(1),
  digest: fc.constant("agreement-digest"),
  identities: some(IDENTITIES, 1).map((list) => new Set(list)),
  terms: fc.record({
    capabilities: some(["cap.doc.*", "cap.model.embed", "cap.*"] as never[], 1),
    environments: some(Env.options, 2),
    data_labels: some(DataLabel.options, 2),
    max_blast_score: fc.constantFrom(100, 100, 40),
    agents: fc.oneof(
      { weight: 10, arbitrary: fc.constant(null) },
      { weight: 2, arbitrary: fc.constantFrom<string[]>(["agent-1"], ["agent-2"]) },
    ),
    quotas: fc.oneof(
      { weight: 10, arbitrary: fc.constant({ per_hour: null, per_day: null }) },
      {
        weight: 2,
        arbitrary: fc.constantFrom({ per_hour: 5, per_day: null }, { per_hour: null, per_day: 50 }),
      },
    ),
  }),
  state: fc.constantFrom("active" as const, "active" as const, "active" as const, "suspended" as const),
  validFromMs: fc.constantFrom(0, 0, 1001),
  validUntilMs: fc.constantFrom(null, 2000, 1000),
});
const certificate = fc.record({
  certificateId: fc.constant("cert"),
  digest: fc.constant("certificate-digest"),
  recordHash: fc.constantFrom("record-1", "record-1", "record-1", "record-old"),
  capabilities: some(CAPABILITIES, 2).map((list) => new Set(list as CapabilityId[])),
  environments: some(Env.options, 2).map((list) => new Set(list)),
  dataLabels: some(DataLabel.options, 2).map((list) => new Set(list)),
  revoked: rarely(6),
  validFromMs: fc.constantFrom(0, 0, 1001),
  validUntilMs: fc.constantFrom(2000, 2000, 1000),
});

/** Thirty of one and one of each of the others. */
const SELDOM = [...Array<"active">(30).fill("active"), "suspended", "restricted"] as const;

export const snapshot = fc
  .record({
    workers: fc.uniqueArray(worker, { minLength: 1, maxLength: 8, selector: (one) => one.workerId }),
    banned: some(Array.from({ length: 31 }, (_, number) => `org.acme.w${number}`)).map((ids) =>
      ids.slice(0, 3),
    ),
    tenantStatus: fc.constantFrom(...SELDOM),
    allowed: some(["a.example.com", "b.example.com"]),
    standing: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      fc.dictionary(env, fc.constantFrom(...PROFILES, "prof.own.nobody-holds"), { maxKeys: 3 }),
    ),
    agreements: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      fc.uniqueArray(agreement, { maxLength: 3, selector: ({ agreementId }) => agreementId }),
    ),
    certificates: fc.array(fc.tuple(fc.nat(30), fc.array(certificate, { minLength: 1, maxLength: 2 })), {
      maxLength: 20,
    }),
    attestationConfigured: rarely(1),
    chainSum: fc.constantFrom(0, 0, 0, 3, 30),
    spent: fc.constantFrom(0, 0, 50, 100),
    signatoryRequired: fc.integer({ max: 19, min: 0 }).map((n) => n === 0),
    left: fc.constantFrom(1, 3, 3, 0),
  })
  .map(
    ({ workers, banned, tenantStatus, allowed, standing, agreements, certificates, ...live }): Snapshot => ({
      tenantId: TENANT,
      version: 4,
      epoch: 3,
      hallEpoch: 2,
      takenAtMs: 1000,
      maxAgeMs: 5000,
      tenantStatus,
      workers: bySpecies(workers),
      bannedWorkers: new Set(banned),
      bansVersion: 1,
      egressAllowlist: { dev: allowed, stage: allowed, prod: allowed, edge: allowed },
      environmentProfiles: {
        ...{ dev: null, stage: null, prod: null, edge: null },
        ...(standing as Partial<Snapshot["environmentProfiles"]>),
      },
      profiles: new Map(
        HELD.map((profile) => [profile.profile_id, { profile, digest: `digest of ${profile.profile_id}` }]),
      ),
      agreements: [...agreements].sort((a, b) => (a.agreementId < b.agreementId ? -1 : 1)),
      certificates: new Map(certificates.map(([number, list]) => [`org.acme.w${number}` as WorkerId, list])),
      attestationConfigured: live.attestationConfigured,
      chainSums: new Map([["c-1", live.chainSum]]),
      blastSpent: new Map([["agent-1", live.spent]]),
      signatoryRequired: live.signatoryRequired,
      quotaLeft: new Map([["agr-1", live.left]]),
      catalogVersion: "0.1.0",
    }),
  );

export function bySpecies(workers: readonly SnapshotWorker[]): Map<SpeciesId, SnapshotWorker[]> {
  const map = new Map<SpeciesId, SnapshotWorker[]>();
  for (const one of [...workers].sort((a, b) => (a.workerId < b.workerId ? -1 : 1)))
    map.set(one.speciesId, [...(map.get(one.speciesId) ?? []), one]);
  return map;
}

/** A request body as it is sent; mostly one that could be allowed. */
export const body = fc.record({
  capability_id: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...CAPABILITIES) },
    fc.constant("cap.doc.shred"),
  ),
  env: fc.constantFrom(...Env.options),
  data_label: fc.constantFrom(...DataLabel.options),
  tenant_risk: fc.constantFrom(...TenantRisk.options),
  qos_class: fc.constantFrom(...QosClass.options),
  tenant_id: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...IDENTITIES) },
    fc.constantFrom("", "other"),
  ),
  correlation_id: fc.oneof({ weight: 12, arbitrary: fc.constant("c-1") }, fc.constant(" ")),
  blast_score: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.nat(100)),
  request: fc.record({ egress: fc.boolean(), writes: fc.boolean() }),
  dry_run: fc.boolean(),
});

export function routeRequest(sent: Record<string, unknown>): RouteRequest {
  return {
    read: readRouteInput(sent),
    tenantId: TENANT,
    identities: new Set(IDENTITIES),
    agent: "agent-1",
    key: null,
  };
}
