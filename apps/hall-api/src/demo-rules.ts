import type { RuleBundleInput } from "@guildhall/protocol";

/** The demo's rules: one capability served, one that its worker lacks a control for. First match wins. */
export const DEMO_RULES: RuleBundleInput = {
  rules: [
    {
      rule_id: "summarize-internal",
      match: { capability_id: "cap.doc.summarize" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", score_hint: 0.9 }],
        required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
      },
    },
    {
      rule_id: "classify-with-redaction",
      match: { capability_id: "cap.doc.classify" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }],
        required_controls_suggested: ["ctrl.data.redaction-before-egress"],
      },
    },
  ],
};
