import { z } from "zod";
import { ControlId, ProfileId } from "./ids.ts";
import { RiskTier } from "./worker-record.ts";

/** A named set of floors (contract 2.8). A rule that asks for one the Hall does not hold is refused. */
export const Profile = z.strictObject({
  profile_id: ProfileId,
  name: z.string().max(128),
  description: z.string().max(2048).default(""),
  controls_required: z.array(ControlId).default([]),
  recommended_for_risk_tiers: z.array(RiskTier).default([]),
});
export type Profile = z.infer<typeof Profile>;
