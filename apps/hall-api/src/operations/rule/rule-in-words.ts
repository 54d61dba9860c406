import type { Escalation, Preconditions, Rule, RuleDecision } from "@guildhall/protocol";

/** A rule read aloud: one sentence, so that its author hears what was written. */
export function ruleInWords({ rule_id, match, decision }: Rule): string {
  const { capability_id, env, data_label, tenant_risk, qos_class } = match;
  const asked = [
    capabilityWords(named(capability_id)),
    phrase(named(env), (words) => `in ${words}`),
    phrase(named(data_label), (words) => `with ${words} data`),
    phrase(named(tenant_risk), (words) => `of a tenant of ${words} risk`),
    phrase(named(qos_class), (words) => `of class ${words}`),
  ].filter((words) => words !== null);
  return `${rule_id}: ${asked.join(" ")} ${answerWords(decision)}.`;
}

/** What a condition lets through; null is anything. */
type Condition = string | { in: readonly string[] } | { eq: string } | { any: true } | undefined;
function named(condition: Condition): readonly string[] | null {
  if (condition === undefined) return null;
  if (typeof condition === "string") return [condition];
  if ("in" in condition) return condition.in;
  return "eq" in condition ? [condition.eq] : null;
}

function phrase(values: readonly string[] | null, say: (words: string) => string): string | null {
  return values && say(listed(values, "or"));
}

function capabilityWords(patterns: readonly string[] | null): string {
  if (patterns === null || patterns.includes("cap.*")) return "any request";
  return `a request for ${listed(
    patterns.map((one) => (one.endsWith(".*") ? `anything under ${one.slice(0, -2)}` : one)),
    "or",
  )}`;
}

function answerWords(decision: RuleDecision): string {
  const ranked = decision.candidate_workers_ranked
    .map((candidate, place) => ({ ...candidate, rank: candidate.rank ?? place }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        (b.score_hint ?? 0) - (a.score_hint ?? 0) ||
        (a.worker_species_id < b.worker_species_id ? -1 : 1),
    );
  if (ranked.length === 0) return "is denied, because no candidate is named";
  const species = ranked.map((candidate) => {
    const own = candidate.requires_controls_minimum;
    return own.length === 0
      ? candidate.worker_species_id
      : `${candidate.worker_species_id} with ${listed(own, "and")}`;
  });
  const conditions = [
    ...whereWords(decision.required_controls_suggested, "the worker implements"),
    ...preconditionWords(decision.preconditions),
    ...profileWords(decision),
    ...blastWords(decision.max_blast_score),
    ...escalationWords(decision.escalation),
  ];
  const provided = conditions.length === 0 ? "" : `, provided that ${conditions.join(", and that ")}`;
  return `goes to ${listed(species, "else")}${provided}`;
}

function whereWords(ids: readonly string[], words: string): string[] {
  return ids.length === 0 ? [] : [`${words} ${listed(ids, "and")}`];
}

function preconditionWords(asked: Preconditions): string[] {
  const inProd = asked.deny_if_no_attestation_in_prod || asked.deny_if_unsigned_artifact_in_prod;
  return [
    ...(asked.must_be_certified ? ["the worker is certified"] : []),
    ...(asked.must_be_attested ? ["its code is vouched for"] : []),
    ...(!asked.must_be_attested && inProd ? ["its code is vouched for where that is prod"] : []),
  ];
}

function profileWords({ recommended_profiles }: RuleDecision): string[] {
  return whereWords(
    recommended_profiles.map(({ profile_id }) => profile_id),
    "it meets",
  );
}

function blastWords(limit: RuleDecision["max_blast_score"]): string[] {
  if (limit === undefined) return [];
  if (typeof limit === "number") return [`the blast score is at most ${limit}`];
  const each = Object.entries(limit).map(([env, most]) => `${most} in ${env}`);
  return each.length === 0 ? [] : [`the blast score is at most ${each.join(", ")}`];
}

function escalationWords(asked: Escalation): string[] {
  const when = asked.human_required_if.map((expression) => `\`${cut(expression)}\``);
  return [
    ...(asked.policy_gate ? ["a policy allows it"] : []),
    ...(asked.msavx_step_up ? ["a human agrees after signing in anew"] : []),
    ...(asked.human_required_default && !asked.msavx_step_up ? ["a human agrees"] : []),
    ...(when.length > 0 ? [`a human agrees where ${listed(when, "or")}`] : []),
  ];
}

const LISTED_MAX = 6;
const CUT_AT = 80;

/** `a`, `a or b`, `a, b or c`; a long list is cut, and says by how much. */
function listed(values: readonly string[], last: "and" | "or" | "else"): string {
  if (values.length <= 1) return values.join("");
  if (values.length > LISTED_MAX)
    return `${values.slice(0, LISTED_MAX).join(", ")} and ${values.length - LISTED_MAX} more`;
  return `${values.slice(0, -1).join(", ")} ${last} ${values.at(-1)}`;
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= CUT_AT ? line : `${line.slice(0, CUT_AT)}…`;
}
