/** Policies that many tenants have, by id: what each says and which controls it rests on. */
export const CATALOG_POLICIES: Readonly<
  Record<string, { description: string; controls: readonly string[] }>
> = {
  "pol.default-deny": {
    description: "What no rule names is denied.",
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "pol.sandbox.default-deny": {
    description: "Code runs only apart from everything else.",
    controls: ["ctrl.sandbox.default-deny", "ctrl.sandbox.no-egress-default-deny"],
  },
  "pol.egress.allowlist": {
    description: "The network is reached only where the tenant allows it.",
    controls: ["ctrl.net.egress-allowlist"],
  },
  "pol.money.four-eyes": {
    description: "Money moves only with a second person's word, and once.",
    controls: ["ctrl.human.four-eyes", "ctrl.idempotency.key-required"],
  },
  "pol.personal-data.redacted": {
    description: "Personal data are taken out before anything leaves.",
    controls: ["ctrl.data.redaction-before-egress", "ctrl.data.retention-limited"],
  },
};
