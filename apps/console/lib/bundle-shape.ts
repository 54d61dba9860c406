import type { Steps } from "./json-steps.ts";

/**
 * What may stand where in a rule bundle, for whoever writes one: the keys, what each is for, and the values
 * that can be listed. The protocol's schema has the last word, and a test holds this table against it.
 */

/** What a text stands for, so that known ones can be offered. */
export type TextKind = "capability" | "species" | "control" | "profile" | "policy" | "expression" | "words";

export type Shape =
  | { is: "object"; keys: { readonly [key: string]: Field } }
  | { is: "list"; of: Shape }
  | { is: "text"; kind: TextKind }
  | { is: "choice"; values: readonly string[] }
  | { is: "flag" }
  | { is: "number" }
  /** The four forms of a condition: a value, or an object with one of these keys. */
  | { is: "condition"; of: Shape }
  /** One number, or one for each environment. */
  | { is: "per-environment" }
  /** The author's own names: nothing to offer. */
  | { is: "open" };

export interface Field {
  shape: Shape;
  /** What it is for, in a few words. */
  words: string;
}

/** The shape at the end of the steps, from the top of a bundle; null where a bundle knows no such place. */
export function shapeAt(steps: Steps): Shape | null {
  let shape: Shape | null = BUNDLE;
  for (const step of steps) {
    if (shape === null) return null;
    if (typeof step === "number") shape = shape.is === "list" ? shape.of : null;
    else shape = (keysOf(shape)?.[step] ?? null)?.shape ?? null;
  }
  return shape;
}

/** The keys that an object of this shape may have; null where it is no object or its keys are the author's own. */
export function keysOf(shape: Shape): { readonly [key: string]: Field } | null {
  switch (shape.is) {
    case "object":
      return shape.keys;
    case "condition":
      return {
        in: field({ is: "list", of: shape.of }, "one of these values"),
        eq: field(shape.of, "exactly this value"),
        any: field(flag, "any value; the same as no condition"),
      };
    case "per-environment":
      return Object.fromEntries(ENVS.map((env) => [env, field(number, `the limit in ${env}`)]));
    default:
      return null;
  }
}

const field = (shape: Shape, words: string): Field => ({ shape, words });
const flag: Shape = { is: "flag" };
const number: Shape = { is: "number" };
const text = (kind: TextKind): Shape => ({ is: "text", kind });
const list = (of: Shape): Shape => ({ is: "list", of });
const choice = (...values: string[]): Shape => ({ is: "choice", values });
const object = (keys: { readonly [key: string]: Field }): Shape => ({ is: "object", keys });
const when = (of: Shape): Shape => ({ is: "condition", of });

const ENVS = ["dev", "stage", "prod", "edge"];

const MATCH = object({
  capability_id: field(when(text("capability")), "what is asked for: an id, or a prefix like cap.doc.*"),
  env: field(when(choice(...ENVS)), "where it would run"),
  data_label: field(when(choice("PUBLIC", "INTERNAL", "RESTRICTED")), "how sensitive the data is"),
  tenant_risk: field(when(choice("low", "medium", "high")), "the risk of the tenant"),
  qos_class: field(when(choice("P0", "P1", "P2", "P3")), "how critical the work is; P0 is the most"),
});

const ESCALATION = object({
  policy_gate: field(flag, "some policy has to say ALLOW"),
  msavx_step_up: field(flag, "whoever approves signs in anew for it"),
  human_required_default: field(flag, "a human decides every time"),
  human_required_if: field(list(text("expression")), "a human decides where one of these is true"),
  rationale: field(text("words"), "why, for people"),
});

const PRECONDITIONS = object({
  must_have_correlation_id: field(flag, "a request without a correlation id is denied; true if left out"),
  must_attach_policy_version: field(flag, "the policy version enters the record; true if left out"),
  must_record_artifact_hash_if_executes: field(flag, "what runs is recorded by its hash; true if left out"),
  deny_if_missing_required_controls: field(
    flag,
    "a worker without the controls is passed over; true if left out",
  ),
  deny_if_unsigned_artifact_in_prod: field(flag, "unsigned code is denied in prod"),
  deny_if_no_attestation_in_prod: field(flag, "code that nobody attested is denied in prod"),
  must_be_certified: field(flag, "the worker needs a live certification, everywhere"),
  must_be_attested: field(flag, "the worker needs a live attestation, everywhere"),
});

const CANDIDATE = object({
  worker_species_id: field(text("species"), "which kind of worker"),
  score_hint: field(number, "0 to 1; of equal ranks the higher is tried first"),
  requires_controls_minimum: field(list(text("control")), "controls that this candidate has to implement"),
  rank: field(number, "lower is tried first; its place in the list if left out"),
});

const RULE = object({
  rule_id: field(text("words"), "its name, once in the bundle"),
  match: field(MATCH, "which requests; {} is every request"),
  decision: field(
    object({
      candidate_workers_ranked: field(list(CANDIDATE), "which workers may do it, best first"),
      required_controls_suggested: field(list(text("control")), "controls that any worker has to implement"),
      recommended_profiles: field(
        list(
          object({
            profile_id: field(text("profile"), "the profile whose floors hold"),
            score: field(number, "0 to 1"),
          }),
        ),
        "profiles whose floors hold for this rule",
      ),
      escalation: field(ESCALATION, "what the rule asks of people and policies"),
      preconditions: field(PRECONDITIONS, "what has to be so before anything runs"),
      max_blast_score: field({ is: "per-environment" }, "over this blast score, 0 to 100, it is denied"),
    }),
    "what becomes of them",
  ),
});

const POLICY = object({
  policy_id: field(text("policy"), "its id, like pol.prod.office-hours"),
  description: field(text("words"), "for people"),
  when: field(text("expression"), "CEL: true where the policy speaks"),
  effect: field(
    choice("ALLOW", "DENY", "REQUIRE_HUMAN"),
    "what it says; DENY is stronger than REQUIRE_HUMAN, that than ALLOW",
  ),
  reason: field(text("words"), "stands in the receipt where the policy decides"),
  supervisor_level: field(
    choice("advisory", "gatekeeper", "executor", "incident_commander"),
    "of REQUIRE_HUMAN: who has to act",
  ),
  quorum: field(number, "of REQUIRE_HUMAN: how many have to agree"),
});

const TEST = object({
  name: field(text("words"), "what it promises"),
  given: field({ is: "open" }, "what is not as in an everyday request, by variable"),
  expect: field(
    object({
      effect: field(choice("ALLOW", "DENY", "REQUIRE_HUMAN", "NONE"), "what the policies say together"),
      policies: field(list(text("policy")), "which of them say it"),
    }),
    "what the policies have to say",
  ),
});

const BUNDLE = object({
  rules: field(list(RULE), "in order: the first that matches answers"),
  policies: field(list(POLICY), "every policy is asked about every request"),
  policy_tests: field(list(TEST), "what the policies have to say; one that fails stops a publication"),
});
