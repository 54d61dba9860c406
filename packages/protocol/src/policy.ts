import { z } from "zod";
import { PolicyId } from "./ids.ts";

/** What a policy may say. DENY is stronger than REQUIRE_HUMAN, which is stronger than ALLOW. */
export const PolicyEffect = z.enum(["ALLOW", "DENY", "REQUIRE_HUMAN"]);
export type PolicyEffect = z.infer<typeof PolicyEffect>;

/** A policy of the gate: an expression over the request that yields its effect when true. */
export const Policy = z.strictObject({
  policy_id: PolicyId,
  when: z.string().min(1).max(4096),
  effect: PolicyEffect,
  reason: z.string().max(1024),
});
export type Policy = z.infer<typeof Policy>;
