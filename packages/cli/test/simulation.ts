/** What a Hall answers to a simulation. */
export const SIMULATION = {
  asked: 990,
  invalid: 10,
  skipped: 4,
  changed: 3,
  changes: [
    {
      decision_id: "01935-1",
      capability_id: "cap.doc.summarize",
      tenant_id: "tenant-1",
      before: { outcome: "ALLOW", code: null, rule: "rr_summarize", worker: "org.acme.reader.i-1" },
      after: { outcome: "DENY", code: "DENY_NO_MATCHING_RULE", rule: "NO_MATCH", worker: null },
    },
    {
      decision_id: "01935-2",
      capability_id: "cap.doc.summarize",
      tenant_id: "tenant-2",
      before: { outcome: "DENY", code: "DENY_HIGH_BLAST", rule: "rr_summarize", worker: null },
      after: { outcome: "HOLD", code: "DENY_REQUIRES_HUMAN", rule: "rr_summarize", worker: null },
    },
  ],
  by_rule: { rr_summarize: 3 },
  by_tenant: { "tenant-2": 1, "tenant-1": 2 },
  by_worker: { none: 1, "org.acme.reader.i-1": 2 },
  by_outcome: { "DENY to HOLD": 1, "ALLOW to DENY": 2 },
  compared_with: `sha256:${"1".repeat(64)}`,
  took_ms: 12,
};
