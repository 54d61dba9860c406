import {
  DataLabel,
  Env,
  QosClass,
  RuleBundle,
  readRouteInput,
  type SpeciesId,
  TenantRisk,
  WorkerRecord,
} from "@guildhall/protocol";
import fc from "fast-check";
import type { RouteRequest, Snapshot, SnapshotWorker } from "../src/index.ts";
import { snapshotWorker } from "../src/index.ts";

/** A small world in which rules, workers and requests often meet. */

const CAPABILITIES = ["cap.doc.summarize", "cap.doc.translate", "cap.model.embed"];
const SPECIES = ["wrk.doc.summarizer", "wrk.doc.translator", "wrk.model.embedder"];
export const CONTROLS = [
  "ctrl.obs.audit-log-append-only",
  "ctrl.sandbox.no-network",
  "ctrl.privilege-envelopes-required",
];
const IDENTITIES = ["tenant-1", "tenant-2"];

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
    capability_id: condition(CAPABILITIES),
    env: condition(Env.options),
    data_label: condition(DataLabel.options),
    tenant_risk: condition(TenantRisk.options),
    qos_class: condition(QosClass.options),
  })
  .map((match) => Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)));

const ruleDecision = fc.record({
  candidate_workers_ranked: fc.array(
    fc.record({
      worker_species_id: fc.constantFrom(...SPECIES),
      score_hint: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
      requires_controls_minimum: some(CONTROLS.slice(0, 2)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  required_controls_suggested: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, some(CONTROLS)),
  escalation: fc.record({ policy_gate: rarely(20), human_required_default: rarely(20) }),
  preconditions: fc.record({
    deny_if_missing_required_controls: fc.boolean(),
    deny_if_no_attestation_in_prod: rarely(20),
    must_be_certified: rarely(20),
  }),
});

const rules = (maxLength: number) =>
  fc
    .array(fc.record({ match: ruleMatch, decision: ruleDecision }), { minLength: 1, maxLength })
    .map((list) => ({ rules: list.map((rule, index) => ({ rule_id: `r-${index}`, ...rule })) }));

export const bundle = (maxLength = 6) => rules(maxLength).map((input) => RuleBundle.parse(input));

const envelope = fc.option(
  fc.record({
    network_egress: fc.constantFrom("none", "allowlisted", "unrestricted"),
    secrets_access: fc.constantFrom([], ["db"]),
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
    }),
    transportDigest: fc.option(fc.constant("transport-1"), { nil: null, freq: 8 }),
    available: rarely().map((down) => !down),
  })
  .map(({ record, transportDigest, available }) =>
    snapshotWorker(WorkerRecord.parse(record), { recordHash: "record-1", transportDigest, available }),
  );

export const snapshot = fc
  .record({
    workers: fc.uniqueArray(worker, { minLength: 1, maxLength: 8, selector: (one) => one.workerId }),
    banned: some(Array.from({ length: 31 }, (_, number) => `org.acme.w${number}`)).map((ids) =>
      ids.slice(0, 3),
    ),
    suspended: rarely(30),
    allowed: some(["a.example.com", "b.example.com"]),
  })
  .map(
    ({ workers, banned, suspended, allowed }): Snapshot => ({
      tenantId: "00000000-0000-4000-8000-000000000001" as Snapshot["tenantId"],
      version: 4,
      epoch: 3,
      hallEpoch: 2,
      takenAtMs: 1000,
      maxAgeMs: 5000,
      tenantStatus: suspended ? "suspended" : "active",
      workers: bySpecies(workers),
      bannedWorkers: new Set(banned),
      bansVersion: 1,
      egressAllowlist: { dev: allowed, stage: allowed, prod: allowed, edge: allowed },
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
  return { read: readRouteInput(sent), identities: new Set(IDENTITIES) };
}
