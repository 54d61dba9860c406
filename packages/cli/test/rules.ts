import type { RuleBundleInput } from "@guildhall/protocol";

/** A bundle that lints clean and whose tests pass. */
export const BUNDLE = {
  rules: [
    {
      rule_id: "rr_summarize",
      match: { capability_id: "cap.doc.summarize", env: { in: ["dev", "prod"] } },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", score_hint: 0.9 }],
        required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
      },
    },
    {
      rule_id: "rr_translate",
      match: { capability_id: "cap.doc.translate" },
      decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.translator" }] },
    },
  ],
  policies: [
    {
      policy_id: "pol.night",
      when: 'request.data_label == "RESTRICTED"',
      effect: "DENY",
      reason: "Restricted data stays where it is.",
    },
  ],
  policy_tests: [
    {
      name: "restricted data is refused",
      given: { request: { data_label: "RESTRICTED" } },
      expect: { effect: "DENY", policies: ["pol.night"] },
    },
    { name: "all else is not spoken of", expect: { effect: "NONE" } },
  ],
} as const satisfies RuleBundleInput;

type Bundle = { [list in keyof RuleBundleInput]: { [key: string]: unknown }[] };

/** The bundle as text, changed. */
export function bundleText(change: (bundle: Bundle) => void = () => undefined): string {
  const bundle = structuredClone(BUNDLE) as unknown as Bundle;
  change(bundle);
  return JSON.stringify(bundle, null, 2);
}

/** A rule that has the match of another one before it. */
export function withShadowedRule(bundle: Bundle): void {
  bundle.rules.push({ ...bundle.rules[0], rule_id: "rr_late" });
}

export const SUMMARIZER = {
  worker_id: "org.acme.summarizer.i-1",
  worker_species_id: "wrk.doc.summarizer",
  capabilities: ["cap.doc.summarize"],
  currently_implements: ["ctrl.obs.audit-log-append-only"],
};
export const TRANSLATOR = {
  worker_id: "org.acme.translator.i-1",
  worker_species_id: "wrk.doc.translator",
  capabilities: ["cap.doc.translate"],
};
