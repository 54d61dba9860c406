import type { RuleBundleInput } from "@guildhall/protocol";

/** The demo's rules, first match wins: summaries, and a stricter rule whose control the demo's worker lacks. */
export const DEMO_RULES: RuleBundleInput = {
  rules: [
    {
      rule_id: "summarize-restricted-in-stage",
      match: { capability_id: "cap.doc.summarize", env: "stage", data_label: "RESTRICTED" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }],
        required_controls_suggested: ["ctrl.data.redaction-before-egress"],
      },
    },
    {
      rule_id: "summarize",
      match: { capability_id: "cap.doc.summarize" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", score_hint: 0.9 }],
        required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
      },
    },
  ],
};
