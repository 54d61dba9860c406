import { z } from "zod";
import { PolicyId } from "./ids.ts";

/**
 * Policies of the gate, in the Common Expression Language. Every policy of a bundle is asked about every request. DENY is
 * stronger than REQUIRE_HUMAN, which is stronger than ALLOW. ALLOW matters where a rule sets `escalation.policy_gate`:
 * there some policy has to say it.
 */
export const PolicyEffect = z.enum(["ALLOW", "DENY", "REQUIRE_HUMAN"]);
export type PolicyEffect = z.infer<typeof PolicyEffect>;

/**
 * Who has to act (contract 3.5), weakest first: told only; approves first; does it instead; takes over altogether.
 */
export const SUPERVISOR_LEVELS = ["advisory", "gatekeeper", "executor", "incident_commander"] as const;
export const SupervisorLevel = z.enum(SUPERVISOR_LEVELS);
export type SupervisorLevel = z.infer<typeof SupervisorLevel>;

/** How many people have to agree. */
export const Quorum = z.int().min(1).max(10);

/** An expression longer than this is refused at load. */
export const EXPRESSION_MAX = 4096;

export const Policy = z
  .strictObject({
    policy_id: PolicyId,
    description: z.string().max(1024).default(""),
    /** CEL over request, worker, tenant, agreement, chain, blast and now: true where the policy speaks. */
    when: z.string().min(1).max(EXPRESSION_MAX),
    effect: PolicyEffect,
    /** For people; stands in the receipt where the policy decides. */
    reason: z.string().min(1).max(1024),
    /** Of REQUIRE_HUMAN alone. */
    supervisor_level: SupervisorLevel.optional(),
    quorum: Quorum.optional(),
  })
  .refine(
    ({ effect, supervisor_level, quorum }) =>
      effect === "REQUIRE_HUMAN" || (supervisor_level === undefined && quorum === undefined),
    { path: ["effect"], message: "expected REQUIRE_HUMAN where supervisor_level or quorum is set" },
  );
export type Policy = z.infer<typeof Policy>;

/** A unit test of the policies, part of their bundle: what they have to say about a request. */
export const PolicyTest = z.strictObject({
  name: z.string().min(1).max(256),
  /** What the expressions see, by variable; what is left out has the value of an everyday request; `now` is an instant. */
  given: z.record(z.string(), z.union([z.record(z.string(), z.json()), z.string()])).default({}),
  /** What the policies together say, NONE where none speaks; `policies` are those that said it, in any order. */
  expect: z.strictObject({
    effect: z.enum([...PolicyEffect.options, "NONE"]),
    policies: z.array(PolicyId).optional(),
  }),
});
export type PolicyTest = z.infer<typeof PolicyTest>;
