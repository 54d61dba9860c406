/** Safeguards, by id: who enforces one, and what it promises. */
export const CATALOG_CONTROLS: Readonly<
  Record<string, readonly [enforcedBy: "hall" | "platform" | "worker", description: string]>
> = {
  "ctrl.obs.audit-log-append-only": ["worker", "What the worker did stands in a log that it cannot change."],
  "ctrl.obs.trace-propagated": ["worker", "The correlation id goes on to whatever the worker calls."],
  "ctrl.data.redaction-before-egress": ["worker", "Personal data are taken out before anything leaves."],
  "ctrl.data.residency-enforced": ["platform", "Data stay where they were agreed to stay."],
  "ctrl.data.retention-limited": ["platform", "What is kept is erased in the agreed time."],
  "ctrl.mem.retrieval-scope-enforced": ["worker", "Nothing is retrieved for somebody who may not see it."],
  "ctrl.sandbox.default-deny": ["platform", "The worker may touch only what its envelope names."],
  "ctrl.sandbox.no-egress-default-deny": ["platform", "The worker reaches no network."],
  "ctrl.net.egress-allowlist": ["platform", "The worker reaches only the domains that were allowed."],
  "ctrl.net.tls-pinned": ["hall", "The worker's address is reached under a pinned key."],
  "ctrl.secrets.deny-default": ["platform", "The worker sees only the secrets that its envelope names."],
  "ctrl.identity.secrets-deny-default": ["platform", "An identity holds no secret that it was not given."],
  "ctrl.identity.on-behalf-of-recorded": ["worker", "For whom the worker acts stands in what it records."],
  "ctrl.human.four-eyes": ["hall", "Who asks is not who approves."],
  "ctrl.ops.rollback-ready": ["worker", "What is changed can be put back, and that was tried."],
  "ctrl.idempotency.key-required": ["worker", "The same order twice is carried out once."],
  "ctrl.cost.budget-enforced": ["platform", "Nothing is spent beyond what was granted."],
  "ctrl.notify.rate-limited": ["worker", "Nobody is sent more than was agreed."],
  "ctrl.prov.inputs-recorded": ["worker", "From what a result was made is recorded with it."],
  "ctrl.blast-radius-scoring": ["hall", "How far a mistake could reach is scored before anything runs."],
  "ctrl.privilege-envelopes-required": ["hall", "What a worker may touch is declared, and checked."],
};
