import { DataLabel, Env, PolicyEffect, QosClass, SUPERVISOR_LEVELS, TenantRisk } from "@guildhall/protocol";

/**
 * What has to stand at each place of a rule bundle, in words for whoever writes one. A place is a path with its indices
 * left out: `match.env.in[]`. The schema says what is wrong; these words say what would be right, and a test holds the
 * two against each other.
 */
export type BundleList = "rules" | "policies" | "policy_tests";

/** What should stand at the path, or null where the bundle knows no such place. */
export function wordsFor(list: BundleList, path: readonly (string | number)[]): string | null {
  return WORDS[list].get(placeOf(path)) ?? null;
}

/** The keys that an object at the path may have. */
export function keysAt(list: BundleList, path: readonly (string | number)[]): string[] {
  const place = placeOf(path);
  const start = place === "" ? "" : `${place}.`;
  return [...WORDS[list].keys()]
    .filter((known) => known.startsWith(start))
    .map((known) => known.slice(start.length))
    .filter((rest) => /^[A-Za-z_]+$/.test(rest));
}

function placeOf(path: readonly (string | number)[]): string {
  // What a test is given bears names of its author's own.
  if (path[0] === "given" && path.length > 1) return "given.*";
  let place = "";
  for (const step of path)
    if (typeof step === "number") place += "[]";
    else place += place === "" ? step : `.${step}`;
  return place;
}

const CONTROL = "a control id like ctrl.obs.audit-log-append-only";
const CONTROLS = `a list of at most 1000 control ids`;
const FRACTION = "a number from 0 to 1";
const PERCENT = "a whole number from 0 to 100";
const YES_OR_NO = "true or false";
const EXPRESSION = "a CEL expression of 1 to 4096 characters";
const POLICY_ID = "a policy id like pol.sandbox.default-deny";

const oneOf = (values: readonly string[]) => `one of ${values.join(", ")}`;
const each = (start: string, names: readonly string[], words: string): [string, string][] =>
  names.map((name) => [`${start}.${name}`, words]);

/** The four forms of a condition (contract 2.7). */
function condition(field: string, one: string, example: string): [string, string][] {
  const place = `match.${field}`;
  return [
    [place, `${one}; or {"in": [...]}, {"eq": ...} or {"any": true}`],
    [`${place}.in`, `a list of 1 to 1000 values like ["${example}"]`],
    [`${place}.in[]`, one],
    [`${place}.eq`, one],
    [`${place}.any`, "true; without the condition the rule matches any value too"],
  ];
}

const CANDIDATES = "decision.candidate_workers_ranked";

const WORDS: Readonly<Record<BundleList, ReadonlyMap<string, string>>> = {
  rules: new Map([
    ["", "a rule: an object with rule_id, match and decision"],
    ["rule_id", "a rule id: text of 1 to 128 printable characters"],
    ["match", "an object of conditions; {} matches every request"],
    ...condition(
      "capability_id",
      "a capability like cap.doc.summarize, or a prefix like cap.doc.*",
      "cap.doc.summarize",
    ),
    ...condition("env", oneOf(Env.options), "dev"),
    ...condition("data_label", oneOf(DataLabel.options), "PUBLIC"),
    ...condition("tenant_risk", oneOf(TenantRisk.options), "low"),
    ...condition("qos_class", oneOf(QosClass.options), "P0"),
    ["decision", "an object with candidate_workers_ranked"],
    [CANDIDATES, "a list of at most 100 candidates; [] for none"],
    [`${CANDIDATES}[]`, 'a candidate like {"worker_species_id": "wrk.doc.summarizer"}'],
    [`${CANDIDATES}[].worker_species_id`, "a species id like wrk.doc.summarizer"],
    [`${CANDIDATES}[].score_hint`, FRACTION],
    [`${CANDIDATES}[].requires_controls_minimum`, CONTROLS],
    [`${CANDIDATES}[].requires_controls_minimum[]`, CONTROL],
    [`${CANDIDATES}[].rank`, "a whole number from 0 to 10000"],
    ["decision.required_controls_suggested", CONTROLS],
    ["decision.required_controls_suggested[]", CONTROL],
    ["decision.recommended_profiles", "a list of at most 100 profiles"],
    ["decision.recommended_profiles[]", "an object with profile_id and score"],
    ["decision.recommended_profiles[].profile_id", "a profile id like prof.prod.strict"],
    ["decision.recommended_profiles[].score", FRACTION],
    ["decision.escalation", "an object of what the rule asks of people"],
    ...each("decision.escalation", ["policy_gate", "msavx_step_up", "human_required_default"], YES_OR_NO),
    ["decision.escalation.human_required_if", "a list of at most 20 CEL expressions"],
    ["decision.escalation.human_required_if[]", EXPRESSION],
    ["decision.escalation.rationale", "text, or null"],
    ["decision.preconditions", "an object of preconditions, each true or false"],
    ...each(
      "decision.preconditions",
      [
        "must_have_correlation_id",
        "must_attach_policy_version",
        "must_record_artifact_hash_if_executes",
        "deny_if_missing_required_controls",
        "deny_if_unsigned_artifact_in_prod",
        "deny_if_no_attestation_in_prod",
        "must_be_certified",
        "must_be_attested",
      ],
      YES_OR_NO,
    ),
    ["decision.max_blast_score", `${PERCENT}, or one for each environment like {"prod": 60}`],
    ...each("decision.max_blast_score", Env.options, PERCENT),
  ]),
  policies: new Map([
    ["", "a policy: an object with policy_id, when, effect and reason"],
    ["policy_id", POLICY_ID],
    ["description", "text of at most 1024 characters"],
    ["when", EXPRESSION],
    ["effect", oneOf(PolicyEffect.options)],
    ["reason", "text of 1 to 1024 characters"],
    ["supervisor_level", oneOf(SUPERVISOR_LEVELS)],
    ["quorum", "a whole number from 1 to 10"],
  ]),
  policy_tests: new Map([
    ["", "a test: an object with name, given and expect"],
    ["name", "text of 1 to 256 characters"],
    ["given", 'an object of variables like {"request": {"env": "prod"}}'],
    ["given.*", "an object of the variable's fields; of now a time as text"],
    ["expect", "an object with effect and, where it matters, policies"],
    ["expect.effect", oneOf([...PolicyEffect.options, "NONE"])],
    ["expect.policies", "a list of policy ids"],
    ["expect.policies[]", POLICY_ID],
  ]),
};
