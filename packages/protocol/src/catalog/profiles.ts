import { Profile, type ProfileInput } from "../profile.ts";

/**
 * The profiles that every Hall ships. A tenant may define its own beside them; none of these can be changed or retired,
 * so that their names mean the same everywhere.
 */
const SHIPPED: readonly ProfileInput[] = [
  {
    profile_id: "prof.dev.permissive",
    name: "Development, permissive",
    description: "Adds nothing to what the platform and the rules demand. For trying things out.",
    recommended_for_risk_tiers: ["low"],
  },
  {
    profile_id: "prof.prod.strict",
    name: "Production, strict",
    description:
      "An agreement in force, measured code, certified workers for all but public data, a narrow envelope, and a human from a dimension sum of 7 on.",
    recommended_for_risk_tiers: ["medium", "high", "critical"],
    agreement_required: true,
    certification_for: ["INTERNAL", "RESTRICTED"],
    attestation_minimum: "runner-measured",
    privilege_envelope: {
      required_for: ["INTERNAL", "RESTRICTED"],
      network_egress: "allowlisted",
      secrets_for: ["PUBLIC", "INTERNAL"],
    },
    blast: { hold_at: 85, dimensions_hold_at: 7, dimensions_deny_at: 10, budget_per_hour: 20_000 },
    controls_required: ["ctrl.obs.audit-log-append-only"],
  },
  {
    profile_id: "prof.edge.isolated",
    name: "Edge, isolated",
    description:
      "Nothing reaches the network or a secret, and a human decides early: for machines that stand alone.",
    recommended_for_risk_tiers: ["high", "critical"],
    agreement_required: true,
    certification_for: ["PUBLIC", "INTERNAL", "RESTRICTED"],
    attestation_minimum: "runner-measured",
    privilege_envelope: {
      required_for: ["PUBLIC", "INTERNAL", "RESTRICTED"],
      network_egress: "none",
      secrets_for: [],
    },
    blast: { hold_at: 70, dimensions_hold_at: 5, dimensions_deny_at: 8, budget_per_hour: 5_000 },
    controls_required: ["ctrl.obs.audit-log-append-only", "ctrl.sandbox.no-egress-default-deny"],
  },
  {
    profile_id: "prof.mem.rag-strict",
    name: "Retrieval, strict",
    description:
      "For workers that read a memory on somebody's behalf: what they retrieve stays inside, and is logged.",
    recommended_for_risk_tiers: ["medium", "high"],
    certification_for: ["RESTRICTED"],
    privilege_envelope: {
      required_for: ["INTERNAL", "RESTRICTED"],
      network_egress: "allowlisted",
      secrets_for: ["PUBLIC"],
    },
    blast: { hold_at: 75, dimensions_hold_at: 7 },
    controls_required: ["ctrl.obs.audit-log-append-only", "ctrl.mem.retrieval-scope-enforced"],
  },
];

export const SHIPPED_PROFILES: readonly Profile[] = SHIPPED.map((profile) =>
  Object.freeze(Profile.parse(profile)),
);

/** The version of the catalog that this Hall ships. */
export const CATALOG_VERSION = "0.1.0";
