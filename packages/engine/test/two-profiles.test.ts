import type { ProfileId } from "@guildhall/protocol";
import { expect, it } from "vitest";
import { decide, type Snapshot } from "../src/index.ts";
import { routeRequest } from "./arbitraries.ts";
import { readVector } from "./vector.ts";

/** One fleet and one set of rules: a summarizer that is certified for public and internal data, measured and narrow. */
const FLEET = `
description: One fleet and one set of rules for both profiles.
rules:
  - rule_id: documents
    match: { capability_id: "cap.doc.*" }
    decision:
      candidate_workers_ranked: [{ worker_species_id: wrk.doc.summarizer }, { worker_species_id: wrk.doc.shredder }]
snapshot:
  attestation_configured: true
  egress_allowlist: { prod: [api.example.com], dev: [api.example.com] }
  agreements:
    - { agreement_id: agr-1, identities: [tenant-1], terms: { max_blast_score: 80 } }
  certificates:
    org.acme.summarizer: [{ certificate_id: cert-1, data_labels: [PUBLIC, INTERNAL] }]
  workers:
    - record:
        worker_id: org.acme.summarizer
        worker_species_id: wrk.doc.summarizer
        capabilities: [cap.doc.summarize]
        currently_implements: [ctrl.obs.audit-log-append-only]
        privilege_envelope: { network_egress: allowlisted, egress: { allowlist: [api.example.com] } }
        blast_radius: { data: 1, network: 1 }
      attestation: { method: runner-measured }
    - record:
        worker_id: org.acme.shredder
        worker_species_id: wrk.doc.shredder
        capabilities: [cap.doc.shred, cap.doc.bind]
        currently_implements: [ctrl.obs.audit-log-append-only]
        privilege_envelope: { network_egress: none }
        blast_radius: { data: 5, reversibility: irreversible }
      attestation: { method: runner-measured }
    - record: { worker_id: org.acme.scribe, worker_species_id: wrk.doc.shredder, capabilities: [cap.doc.write] }
request: { capability_id: cap.doc.summarize, env: prod, data_label: PUBLIC, tenant_risk: low, qos_class: P2, tenant_id: tenant-1, correlation_id: c-1 }
expect: {}
`;

const REQUESTS: [what: string, sent: Record<string, unknown>][] = [
  ["public data", {}],
  ["internal data", { data_label: "INTERNAL" }],
  ["restricted data", { data_label: "RESTRICTED" }],
  ["internal data, written outside", { data_label: "INTERNAL", request: { writes: true, egress: true } }],
  ["a signatory without an agreement", { tenant_id: "tenant-2" }],
  ["a worker that destroys", { capability_id: "cap.doc.shred" }],
  ["the same on internal data", { capability_id: "cap.doc.shred", data_label: "INTERNAL" }],
  ["a worker without its log, its code unmeasured", { capability_id: "cap.doc.write" }],
  ["a score that the caller raised", { blast_score: 90 }],
  ["an environment under no profile", { env: "dev", data_label: "RESTRICTED" }],
];

it("one fleet and one set of rules decide the same ten requests otherwise under permissive and under strict", () => {
  const [trial] = readVector("two-profiles", FLEET).trials;
  const under = (profile: string): Snapshot => ({
    ...trial!.snapshot,
    environmentProfiles: { dev: null, stage: null, edge: null, prod: profile as ProfileId },
  });
  const answer = (profile: string, sent: Record<string, unknown>) => {
    const body = { ...trial!.materials.body, ...sent };
    const decision = decide(trial!.program, under(profile), routeRequest(body), trial!.nowMs);
    return decision.deny === null ? decision.outcome : `${decision.outcome} ${decision.deny.code}`;
  };
  const table = REQUESTS.map(
    ([what, sent]) => `${what}: ${answer("prof.dev.permissive", sent)} → ${answer("prof.prod.strict", sent)}`,
  );
  expect(table).toMatchInlineSnapshot(`
    [
      "public data: ALLOW → ALLOW",
      "internal data: ALLOW → ALLOW",
      "restricted data: ALLOW → DENY DENY_CERTIFICATION_SCOPE",
      "internal data, written outside: ALLOW → ALLOW",
      "a signatory without an agreement: ALLOW → DENY DENY_AGREEMENT_REQUIRED",
      "a worker that destroys: ALLOW → DENY DENY_BLAST_LIMIT",
      "the same on internal data: ALLOW → DENY DENY_BLAST_LIMIT",
      "a worker without its log, its code unmeasured: ALLOW → DENY DENY_NO_AVAILABLE_WORKER",
      "a score that the caller raised: DENY DENY_AGREEMENT_TERMS → DENY DENY_AGREEMENT_TERMS",
      "an environment under no profile: ALLOW → ALLOW",
    ]
  `);
});
