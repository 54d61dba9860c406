import { describe, expect, it } from "vitest";
import { complianceLevel } from "./compliance-level.ts";

const BASIC = {
  worker_id: "org.acme.summarizer",
  worker_species_id: "wrk.doc.summarizer",
  capabilities: ["cap.doc.summarize"],
  risk_tier: "low",
};
const STANDARD = {
  ...BASIC,
  required_controls: [],
  currently_implements: ["ctrl.obs.audit_log_append_only", "ctrl.identity.secrets_deny_default"],
  allowed_environments: ["dev"],
};
const FULL = {
  ...STANDARD,
  blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: "reversible" },
  privilege_envelope: { network_egress: "none" },
  idempotency: "full",
  artifact_hash: `sha256:${"0".repeat(64)}`,
};

describe("the compliance level of a worker", () => {
  it("is the highest of which nothing is missing", () => {
    expect(complianceLevel({})).toEqual({
      level: null,
      missing: ["worker_id", "capabilities", "worker_species_id", "risk_tier"],
    });
    expect(complianceLevel(BASIC).level).toBe("Basic");
    expect(complianceLevel(STANDARD).level).toBe("Standard");
    expect(complianceLevel(FULL)).toEqual({ level: "Full", missing: [] });
  });

  it("names each point that the next level asks", () => {
    expect(complianceLevel(BASIC).missing).toEqual([
      "required_controls",
      "currently_implements",
      "allowed_environments",
      "a control for an audit log",
      "a control that denies by default",
    ]);
    expect(complianceLevel(STANDARD).missing).toEqual([
      "blast_radius.data",
      "blast_radius.network",
      "blast_radius.financial",
      "blast_radius.time",
      "blast_radius.reversibility",
      "privilege_envelope",
      "idempotency",
      "artifact_hash or a control for evidence receipts",
    ]);
  });

  it.each(Object.keys(FULL))("misses %s where it is not there", (field) => {
    const { [field as keyof typeof FULL]: _, ...rest } = FULL;
    expect(complianceLevel(rest).level).not.toBe("Full");
  });

  it("takes a control for evidence receipts in place of a hash, and an unknown tier for none", () => {
    const { artifact_hash: _, ...rest } = FULL;
    const currently_implements = [...rest.currently_implements, "ctrl.prov.evidence-receipt-emitted"];
    expect(complianceLevel({ ...rest, currently_implements }).level).toBe("Full");
    expect(complianceLevel({ ...FULL, risk_tier: "unknown" }).level).toBeNull();
    expect(complianceLevel({ ...FULL, worker_id: "" }).level).toBeNull();
  });

  it("reads whatever a record may hold", () => {
    const odd = { ...FULL, capabilities: "cap.doc.summarize", currently_implements: [1, null, "ctrl."] };
    expect(complianceLevel(odd).level).toBeNull();
    expect(complianceLevel({ ...FULL, blast_radius: [], privilege_envelope: null }).level).toBe("Standard");
    expect(complianceLevel({ ...FULL, currently_implements: [1, null, "ctrl."] }).level).toBe("Basic");
  });
});
