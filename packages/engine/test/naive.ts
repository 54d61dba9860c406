import type {
  AttestationMethod,
  CapabilityId,
  Env,
  NetworkEgress,
  Policy,
  Profile,
  ProfileId,
  Rule,
  RuleBundle,
} from "@guildhall/protocol";
import { compileExpression } from "../src/expression.ts";
import type { RouteRequest, Snapshot, SnapshotWorker } from "../src/index.ts";
import type { Activation } from "../src/policy-facts.ts";
import { toActivation } from "../src/policy-facts.ts";
import { policyFacts } from "../src/read-facts.ts";

/**
 * The decision once more, written straight down from the contract: no tables, no index, nothing shared with the engine
 * but the expressions' library. Slow and plain on purpose: where the two disagree, one of them is wrong.
 */
export interface NaiveVerdict {
  outcome: "ALLOW" | "DENY" | "HOLD";
  code: string | null;
  rule: string;
  worker: string | null;
  score: number | null;
}

const METHODS: AttestationMethod[] = ["self-reported", "runner-measured", "oci-digest", "tee"];
const EGRESS: NetworkEgress[] = ["none", "allowlisted", "unrestricted"];

export function naiveDecide(
  bundle: RuleBundle,
  snapshot: Snapshot,
  { read, identities, agent, key }: RouteRequest,
  now: number,
): NaiveVerdict {
  const says = (
    outcome: NaiveVerdict["outcome"],
    code: string | null,
    rule: string,
    worker: string | null = null,
    score: number | null = null,
  ): NaiveVerdict => ({ outcome, code, rule, worker, score });
  const early = (code: string) => says("DENY", code, "PRE_ROUTING");
  if (!read.valid) return early("DENY_INVALID_INPUT");
  const { input, capability } = read;
  const { env } = input;
  const guarded = env === "prod" || env === "edge";

  if (Math.abs(now - snapshot.takenAtMs) > snapshot.maxAgeMs) return early("DENY_SNAPSHOT_STALE");
  if (snapshot.tenantStatus === "suspended") return early("DENY_TENANT_SUSPENDED");
  if (snapshot.tenantStatus === "restricted") return early("DENY_STANDING");
  if (key?.missingScope) return early("DENY_KEY_SCOPE");
  if (key?.environments && !key.environments.has(env)) return early("DENY_KEY_SCOPE");
  if (input.tenant_id.trim() === "") return early("DENY_MISSING_TENANT_ID");
  if (!identities.has(input.tenant_id)) return early("DENY_UNKNOWN_TENANT");
  if (input.correlation_id.trim() === "") return early("DENY_MISSING_CORRELATION_ID");
  if (guarded && shadowed(bundle.rules)) return says("DENY", "DENY_SHADOW_RULES_DETECTED", "NO_MATCH");

  const rule = bundle.rules.find((one) => matches(one, capability, input));
  if (rule === undefined) return says("DENY", "DENY_NO_MATCHING_RULE", "NO_MATCH");
  const no = (code: string, worker: SnapshotWorker | null = null, score: number | null = null) =>
    says("DENY", code, rule.rule_id, worker?.workerId ?? null, score);
  const { decision } = rule;

  // The profiles over this request.
  const ids = new Set<ProfileId>(decision.recommended_profiles.map((profile) => profile.profile_id));
  const standing = snapshot.environmentProfiles[env];
  if (standing !== null) ids.add(standing);
  const profiles: Profile[] = [];
  for (const id of ids) {
    const held = snapshot.profiles.get(id);
    if (held === undefined) return no("DENY_PROFILE_UNCONFIGURED");
    profiles.push(held.profile);
  }

  // The signatory's agreement.
  const required = snapshot.signatoryRequired || profiles.some((profile) => profile.agreement_required);
  const own = snapshot.agreements.filter((one) => one.identities.has(input.tenant_id));
  const inForce = own.filter(
    (one) =>
      one.state === "active" &&
      one.validFromMs <= now &&
      (one.validUntilMs === null || now < one.validUntilMs),
  );
  if (required && own.length === 0) return no("DENY_AGREEMENT_REQUIRED");
  if (required && inForce.length === 0) return no("DENY_AGREEMENT_NOT_IN_FORCE");
  const covering = inForce.filter(
    ({ terms }) =>
      terms.capabilities.some((pattern) => named(pattern, capability)) &&
      terms.environments.includes(env) &&
      terms.data_labels.includes(input.data_label) &&
      (terms.agents === null || terms.agents.includes(agent)),
  );
  if (inForce.length > 0 && covering.length === 0) return no("DENY_AGREEMENT_TERMS");
  const agreement = covering.find(
    ({ agreementId, terms }) =>
      (terms.quotas.per_hour === null && terms.quotas.per_day === null) ||
      Number(snapshot.quotaLeft.get(agreementId)) > 0,
  );
  if (covering.length > 0 && agreement === undefined) return no("DENY_QUOTA");

  // The worker: by rank, then score, then species, then id; the first that passes.
  const controls = new Set([
    ...decision.required_controls_suggested,
    ...profiles.flatMap((profile) => profile.controls_required),
  ]);
  const ranked = decision.candidate_workers_ranked
    .map((candidate, at) => ({ candidate, rank: candidate.rank ?? at, score: candidate.score_hint ?? 0 }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        b.score - a.score ||
        (a.candidate.worker_species_id < b.candidate.worker_species_id ? -1 : 1),
    );
  let worker: SnapshotWorker | null = null;
  let firstFailure: string | null = null;
  for (const { candidate } of ranked) {
    const needed = (of: SnapshotWorker) => [
      ...controls,
      ...candidate.requires_controls_minimum,
      ...of.requiredControls,
    ];
    const enrolled = [...(snapshot.workers.get(candidate.worker_species_id) ?? [])].sort((a, b) =>
      a.workerId < b.workerId ? -1 : 1,
    );
    if (enrolled.length === 0) firstFailure ??= "DENY_NO_AVAILABLE_WORKER";
    for (const one of enrolled) {
      if (worker !== null) break;
      const failure = !one.capabilities.has(capability)
        ? "DENY_NO_AVAILABLE_WORKER"
        : one.allowedEnvironments !== null && !one.allowedEnvironments.has(env)
          ? "DENY_ENVIRONMENT_NOT_ALLOWED"
          : needed(one).some((control) => !one.implements.has(control))
            ? "DENY_MISSING_REQUIRED_CONTROLS"
            : tooNew(one.catalogVersionMin, snapshot.catalogVersion)
              ? "DENY_CATALOG_VERSION"
              : snapshot.bannedWorkers.has(one.workerId)
                ? "DENY_WORKER_BANNED"
                : !one.available || one.transportDigest === null
                  ? "DENY_NO_AVAILABLE_WORKER"
                  : null;
      if (failure === null) worker = one;
      else firstFailure ??= failure;
    }
  }
  if (worker === null) return no(firstFailure ?? "DENY_NO_AVAILABLE_WORKER");

  // Blast: the table of contract 4.1, and everything that may raise it.
  const fact = (name: string) => Boolean(input.request[name]);
  let heuristic = 10;
  if (input.data_label === "INTERNAL") heuristic += 20;
  if (input.data_label === "RESTRICTED") heuristic += 40;
  if (guarded) heuristic += 15;
  if (input.qos_class === "P0") heuristic += 10;
  if (fact("egress") || fact("external_call")) heuristic += 15;
  if (fact("writes") || fact("mutates_state")) heuristic += 15;
  const chainSum = snapshot.chainSums.get(input.correlation_id) ?? 0;
  const chain = Math.min(100, 4 * (chainSum + worker.dimensionSum));
  const score = Math.min(100, Math.max(heuristic, input.blast_score ?? 0, 4 * worker.dimensionSum, chain));
  const least = (limits: (number | null)[]) =>
    Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY));
  const max = decision.max_blast_score;
  const ruleMax = typeof max === "object" ? max[env] : max;
  if (ruleMax !== undefined && score > ruleMax) return no("DENY_BLAST_LIMIT", worker, score);
  if (score >= least(profiles.map((profile) => profile.blast.deny_at)))
    return no("DENY_BLAST_LIMIT", worker, score);
  if (worker.dimensionSum >= least(profiles.map((profile) => profile.blast.dimensions_deny_at)))
    return no("DENY_BLAST_LIMIT", worker, score);
  const spent = snapshot.blastSpent.get(agent) ?? 0;
  if (spent + score > least(profiles.map((profile) => profile.blast.budget_per_hour)))
    return no("DENY_QUOTA", worker, score);
  if (agreement !== undefined && score > agreement.terms.max_blast_score)
    return no("DENY_AGREEMENT_TERMS", worker, score);
  const gate = least([guarded ? 85 : null, ...profiles.map((profile) => profile.blast.hold_at)]);
  const overGate =
    score >= gate ||
    worker.dimensionSum >= least(profiles.map((profile) => profile.blast.dimensions_hold_at));
  const asksHuman: { level: string; by: string }[] = [];
  if (overGate) asksHuman.push({ level: "gatekeeper", by: "blast" });

  // Policies and what they see.
  const certificates = snapshot.certificates.get(worker.workerId) ?? [];
  const whyNotCertified = (one: (typeof certificates)[number]) =>
    one.revoked
      ? "DENY_CERTIFICATION_REVOKED"
      : one.recordHash !== worker.recordHash || now < one.validFromMs
        ? "DENY_CERTIFICATION_REQUIRED"
        : now >= one.validUntilMs
          ? "DENY_CERTIFICATION_EXPIRED"
          : !one.capabilities.has(capability) ||
              !one.environments.has(env) ||
              !one.dataLabels.has(input.data_label)
            ? "DENY_CERTIFICATION_SCOPE"
            : null;
  const certified = certificates.some((one) => whyNotCertified(one) === null);
  const seenBy = (claim: number | null): Activation =>
    toActivation(
      policyFacts(
        { snapshot, input: { ...input, blast_score: claim }, capability, nowMs: now },
        {
          worker,
          agreement: agreement ?? null,
          facts: {
            egress: fact("egress"),
            external_call: fact("external_call"),
            writes: fact("writes"),
            mutates_state: fact("mutates_state"),
          },
          blast: {
            score: Math.min(100, Math.max(heuristic, claim ?? 0, 4 * worker.dimensionSum, chain)),
            heuristic,
            chain,
            dimensions: 4 * worker.dimensionSum,
            dimension_sum: worker.dimensionSum,
            caller: null,
            limit: null,
            gate_passed: true,
          },
          chainSum,
          certified,
        },
      ),
    );
  // What a caller claims may bring a policy to deny or to ask, and none to allow.
  const claimed = () => seenBy(input.blast_score ?? null);
  const unclaimed = () => seenBy(null);
  const missing = profiles.flatMap((profile) => profile.policies);
  if (missing.some((id) => !bundle.policies.some((policy) => policy.policy_id === id)))
    return no("DENY_POLICY_GATE_UNCONFIGURED", worker, score);
  const gated = decision.escalation.policy_gate;
  if (gated && bundle.policies.length === 0) return no("DENY_POLICY_GATE_UNCONFIGURED", worker, score);
  const spoke: Policy[] = [];
  let [answeredWith, answeredWithout] = [false, false];
  for (const policy of bundle.policies) {
    const [withClaim, without] = [holds(policy.when, claimed), holds(policy.when, unclaimed)];
    if (withClaim === "error" || without === "error") return no("DENY_POLICY_ERROR", worker, score);
    answeredWith ||= withClaim;
    answeredWithout ||= without;
    if (policy.effect === "ALLOW" ? withClaim && without : withClaim || without) spoke.push(policy);
  }
  const say = (effect: Policy["effect"]) => spoke.filter((policy) => policy.effect === effect);
  if (say("DENY").length > 0) return no("DENY_POLICY_GATE", worker, score);
  for (const policy of say("REQUIRE_HUMAN"))
    asksHuman.push({ level: policy.supervisor_level ?? "gatekeeper", by: policy.policy_id });
  if (gated && !(answeredWith && answeredWithout)) return no("DENY_POLICY_GATE", worker, score);

  // Certification and attestation of this very worker.
  if (
    !certified &&
    (decision.preconditions.must_be_certified ||
      profiles.some((profile) => profile.certification_for.includes(input.data_label)))
  )
    return no(
      certificates[0] ? (whyNotCertified(certificates[0]) as string) : "DENY_CERTIFICATION_REQUIRED",
      worker,
      score,
    );
  const { preconditions } = decision;
  const demanded: (AttestationMethod | null)[] = [
    ...profiles.map((profile) => profile.attestation_minimum),
    preconditions.must_be_attested ? "self-reported" : null,
    guarded && preconditions.deny_if_no_attestation_in_prod ? "self-reported" : null,
    guarded && preconditions.deny_if_unsigned_artifact_in_prod ? "runner-measured" : null,
  ];
  const minimum = Math.max(-1, ...demanded.map((method) => (method === null ? -1 : METHODS.indexOf(method))));
  if (minimum >= 0 && !snapshot.attestationConfigured)
    return no("DENY_ATTESTATION_UNCONFIGURED", worker, score);
  const attestation = worker.attestation;
  if (attestation === null) {
    if (minimum >= 0) return no("DENY_WORKER_ATTESTATION_MISSING", worker, score);
  } else {
    if (!/^[0-9a-f]{64}$/.test(attestation.registeredHash))
      return no("DENY_WORKER_ATTESTATION_INVALID_HASH", worker, score);
    if (attestation.currentHash === null) return no("DENY_WORKER_HASH_UNAVAILABLE", worker, score);
    if (attestation.currentHash !== attestation.registeredHash)
      return no("DENY_WORKER_TAMPERED", worker, score);
    if (now >= attestation.validUntilMs) return no("DENY_WORKER_HASH_UNAVAILABLE", worker, score);
    if (METHODS.indexOf(attestation.method) < minimum)
      return no("DENY_WORKER_ATTESTATION_MISSING", worker, score);
  }

  // What the worker may touch.
  const all = new Set([...controls, ...worker.requiredControls]);
  for (const { candidate } of ranked)
    if (candidate.worker_species_id === worker.speciesId)
      for (const control of candidate.requires_controls_minimum) all.add(control);
  const byControl = [...all].some((control) => control === "ctrl.privilege-envelopes-required");
  const restricted = guarded && input.data_label === "RESTRICTED";
  const envelope = worker.privilegeEnvelope;
  if (envelope === null) {
    if (
      byControl ||
      restricted ||
      profiles.some((profile) => profile.privilege_envelope.required_for.includes(input.data_label))
    )
      return no("DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED", worker, score);
  } else if (
    violates(envelope, profiles, { env, byControl, restricted, guarded, label: input.data_label }, snapshot)
  )
    return no("DENY_PRIVILEGE_ENVELOPE_VIOLATED", worker, score);

  // Who has to agree.
  for (const condition of decision.escalation.human_required_if) {
    const [withClaim, without] = [holds(condition, claimed), holds(condition, unclaimed)];
    if (withClaim === "error" || without === "error") return no("DENY_POLICY_ERROR", worker, score);
    if (withClaim || without) asksHuman.push({ level: "gatekeeper", by: "human_required_if" });
  }
  if (decision.escalation.human_required_default) asksHuman.push({ level: "gatekeeper", by: "default" });
  if (decision.escalation.msavx_step_up) asksHuman.push({ level: "gatekeeper", by: "step-up" });
  if (asksHuman.some(({ level }) => level !== "advisory"))
    return says(
      "HOLD",
      overGate ? "DENY_REQUIRES_HUMAN" : "DENY_REQUIRES_HUMAN_APPROVAL",
      rule.rule_id,
      worker.workerId,
      score,
    );
  return says("ALLOW", null, rule.rule_id, worker.workerId, score);
}

type Envelope = NonNullable<SnapshotWorker["privilegeEnvelope"]>;

function violates(
  envelope: Envelope,
  profiles: readonly Profile[],
  at: {
    env: Env;
    byControl: boolean;
    restricted: boolean;
    guarded: boolean;
    label: "PUBLIC" | "INTERNAL" | "RESTRICTED";
  },
  snapshot: Snapshot,
): boolean {
  const limits = profiles.map((profile) => profile.privilege_envelope.network_egress);
  if (at.guarded || at.byControl) limits.push("allowlisted");
  if (limits.some((limit) => EGRESS.indexOf(envelope.network_egress) > EGRESS.indexOf(limit))) return true;
  const asked = envelope.egress?.allowlist ?? [];
  const allowed = snapshot.egressAllowlist[at.env];
  if (profiles.some((profile) => profile.privilege_envelope.network_egress === "none") && asked.length > 0)
    return true;
  if ((at.guarded || at.byControl || allowed.length > 0) && asked.some((domain) => !allowed.includes(domain)))
    return true;
  const noSecrets =
    at.restricted || profiles.some((profile) => !profile.privilege_envelope.secrets_for.includes(at.label));
  if (noSecrets && envelope.secrets_access.length > 0) return true;
  for (const { privilege_envelope } of profiles) {
    const { filesystem_writes: folders, tools } = privilege_envelope;
    if (
      folders !== null &&
      envelope.filesystem_writes.some((path) => !folders.some((folder) => inside(path, folder)))
    )
      return true;
    if (tools !== null && envelope.tools.some((tool) => !tools.includes(tool))) return true;
  }
  return false;
}

function inside(path: string, folder: string): boolean {
  if (path.split("/").some((part) => part === "..")) return false;
  const trimmed = folder.replace(/\/$/, "");
  return path === folder || path === trimmed || path.startsWith(`${trimmed}/`);
}

function named(pattern: string, capability: string): boolean {
  return pattern.endsWith("*") ? capability.startsWith(pattern.slice(0, -1)) : pattern === capability;
}

function matches(
  { match }: Rule,
  capability: CapabilityId,
  input: { env: string; data_label: string; tenant_risk: string; qos_class: string },
): boolean {
  const covers = (
    condition: unknown,
    value: string,
    same: (pattern: string, value: string) => boolean,
  ): boolean => {
    if (condition === undefined) return true;
    if (typeof condition === "string") return same(condition, value);
    const { any, eq, in: list } = condition as { any?: true; eq?: string; in?: string[] };
    return (
      any === true || (eq !== undefined && same(eq, value)) || (list ?? []).some((one) => same(one, value))
    );
  };
  const equal = (a: string, b: string) => a === b;
  return (
    covers(match.capability_id, capability, named) &&
    covers(match.env, input.env, equal) &&
    covers(match.data_label, input.data_label, equal) &&
    covers(match.tenant_risk, input.tenant_risk, equal) &&
    covers(match.qos_class, input.qos_class, equal)
  );
}

/** True where some rule can never be the first to match, by asking every question that could tell rules apart. */
export function shadowed(rules: readonly Rule[]): boolean {
  const names = new Set<string>(["cap.nobody.names"]);
  for (const { match } of rules) {
    const condition = match.capability_id;
    const list =
      condition === undefined || (typeof condition === "object" && "any" in condition)
        ? []
        : typeof condition === "string"
          ? [condition]
          : "in" in condition
            ? condition.in
            : "eq" in condition
              ? [condition.eq]
              : [];
    // Under a prefix there is always a name that nobody else names.
    for (const pattern of list)
      names.add(pattern.endsWith("*") ? `${pattern.slice(0, -1)}zzz-unnamed` : pattern);
  }
  const winners = new Set<string>();
  for (const name of names)
    for (const env of ["dev", "stage", "prod", "edge"])
      for (const data_label of ["PUBLIC", "INTERNAL", "RESTRICTED"])
        for (const tenant_risk of ["low", "medium", "high"])
          for (const qos_class of ["P0", "P1", "P2", "P3"]) {
            const asked = { env, data_label, tenant_risk, qos_class };
            const winner = rules.find((rule) => matches(rule, name as CapabilityId, asked));
            if (winner) winners.add(winner.rule_id);
          }
  return winners.size < rules.length;
}

function holds(text: string, activation: () => Activation): boolean | "error" {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.problem}`);
  try {
    return compiled.expression.holds(activation());
  } catch {
    return "error";
  }
}

function tooNew(asked: string | null, known: string): boolean {
  if (asked === null) return false;
  const read = (text: string) => text.replace("wcp-catalog@", "").split(".").map(Number);
  const [a, b] = [read(asked), read(known)];
  if (a.length !== 3 || a.some((part) => !Number.isInteger(part))) return true;
  for (let at = 0; at < 3; at++) if (a[at] !== b[at]) return (a[at] as number) > (b[at] as number);
  return false;
}
