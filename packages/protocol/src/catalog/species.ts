import type { RiskTier } from "../worker-record.ts";

export interface CatalogSpecies {
  risk: RiskTier;
  description: string;
  /** Capabilities of the catalog. */
  serves: readonly string[];
  /** Controls of the catalog that a worker of this kind is expected to implement. */
  controls: readonly string[];
}

/** Kinds of workers, by id. Trust attaches to a worker's namespace, never to its species. */
export const CATALOG_SPECIES: Readonly<Record<string, CatalogSpecies>> = {
  "wrk.doc.summarizer": {
    risk: "low",
    description: "Shortens texts.",
    serves: ["cap.doc.summarize", "cap.doc.classify", "cap.doc.extract", "cap.doc.compare"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "wrk.doc.chunker": {
    risk: "low",
    description: "Cuts texts for retrieval.",
    serves: ["cap.doc.chunk"],
    controls: [],
  },
  "wrk.doc.translator": {
    risk: "low",
    description: "Translates texts.",
    serves: ["cap.doc.translate"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "wrk.doc.redactor": {
    risk: "medium",
    description: "Takes out of texts what must not leave.",
    serves: ["cap.doc.redact"],
    controls: ["ctrl.obs.audit-log-append-only", "ctrl.data.redaction-before-egress"],
  },
  "wrk.doc.author": {
    risk: "medium",
    description: "Drafts texts for people.",
    serves: ["cap.doc.draft"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "wrk.web.fetcher": {
    risk: "medium",
    description: "Reads pages from the network.",
    serves: ["cap.web.fetch", "cap.web.search"],
    controls: ["ctrl.net.egress-allowlist"],
  },
  "wrk.data.analyst": {
    risk: "medium",
    description: "Reads and transforms data.",
    serves: ["cap.data.query", "cap.data.transform"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "wrk.data.steward": {
    risk: "critical",
    description: "Exports and erases data.",
    serves: ["cap.data.export", "cap.data.delete"],
    controls: ["ctrl.obs.audit-log-append-only", "ctrl.human.four-eyes"],
  },
  "wrk.db.reader": {
    risk: "medium",
    description: "Reads databases.",
    serves: ["cap.db.read"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "wrk.db.operator": {
    risk: "critical",
    description: "Changes databases.",
    serves: ["cap.db.write", "cap.db.migrate"],
    controls: ["ctrl.obs.audit-log-append-only", "ctrl.human.four-eyes", "ctrl.ops.rollback-ready"],
  },
  "wrk.mem.keeper": {
    risk: "high",
    description: "Keeps a memory for somebody.",
    serves: ["cap.mem.read", "cap.mem.write", "cap.mem.forget"],
    controls: ["ctrl.mem.retrieval-scope-enforced"],
  },
  "wrk.model.runner": {
    risk: "medium",
    description: "Runs a model.",
    serves: ["cap.model.generate", "cap.model.embed", "cap.model.rank", "cap.model.evaluate"],
    controls: ["ctrl.cost.budget-enforced"],
  },
  "wrk.model.trainer": {
    risk: "high",
    description: "Trains models.",
    serves: ["cap.model.train"],
    controls: ["ctrl.cost.budget-enforced", "ctrl.prov.inputs-recorded"],
  },
  "wrk.code.reviewer": {
    risk: "low",
    description: "Reads changes of code.",
    serves: ["cap.code.review", "cap.repo.read"],
    controls: [],
  },
  "wrk.code.author": {
    risk: "high",
    description: "Writes changes of code.",
    serves: ["cap.code.write", "cap.repo.commit"],
    controls: ["ctrl.human.four-eyes"],
  },
  "wrk.code.sandbox": {
    risk: "high",
    description: "Runs code apart from everything else.",
    serves: ["cap.code.execute", "cap.code.test"],
    controls: ["ctrl.sandbox.default-deny", "ctrl.sandbox.no-egress-default-deny"],
  },
  "wrk.deploy.planner": {
    risk: "low",
    description: "Says what a deployment would change.",
    serves: ["cap.deploy.plan"],
    controls: [],
  },
  "wrk.deploy.operator": {
    risk: "critical",
    description: "Puts releases into service and back.",
    serves: ["cap.deploy.release", "cap.deploy.rollback"],
    controls: ["ctrl.human.four-eyes", "ctrl.ops.rollback-ready"],
  },
  "wrk.ops.observer": {
    risk: "medium",
    description: "Watches and diagnoses.",
    serves: ["cap.ops.observe", "cap.ops.diagnose"],
    controls: [],
  },
  "wrk.ops.operator": {
    risk: "high",
    description: "Restarts, scales and approves.",
    serves: ["cap.ops.restart", "cap.ops.scale", "cap.ops.approve"],
    controls: ["ctrl.obs.audit-log-append-only", "ctrl.ops.rollback-ready"],
  },
  "wrk.notify.sender": {
    risk: "high",
    description: "Sends messages to people.",
    serves: ["cap.notify.send", "cap.notify.broadcast"],
    controls: ["ctrl.notify.rate-limited"],
  },
  "wrk.office.assistant": {
    risk: "high",
    description: "Works with somebody's mail and calendar.",
    serves: ["cap.mail.read", "cap.mail.send", "cap.calendar.read", "cap.calendar.write"],
    controls: ["ctrl.identity.on-behalf-of-recorded"],
  },
  "wrk.support.agent": {
    risk: "high",
    description: "Works with tickets and customers.",
    serves: ["cap.ticket.read", "cap.ticket.write", "cap.crm.read", "cap.crm.write"],
    controls: ["ctrl.identity.on-behalf-of-recorded", "ctrl.data.redaction-before-egress"],
  },
  "wrk.pay.clerk": {
    risk: "critical",
    description: "Quotes, refunds and transfers.",
    serves: ["cap.pay.quote", "cap.pay.refund", "cap.pay.transfer"],
    controls: ["ctrl.human.four-eyes", "ctrl.idempotency.key-required"],
  },
  "wrk.identity.clerk": {
    risk: "critical",
    description: "Looks people up and gives rights.",
    serves: ["cap.identity.lookup", "cap.identity.grant"],
    controls: ["ctrl.human.four-eyes", "ctrl.obs.audit-log-append-only"],
  },
  "wrk.sec.analyst": {
    risk: "medium",
    description: "Scans and orders findings.",
    serves: ["cap.sec.scan", "cap.sec.triage"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "wrk.legal.reader": {
    risk: "medium",
    description: "Reads texts for a lawyer.",
    serves: ["cap.legal.review"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
  "wrk.research.librarian": {
    risk: "low",
    description: "Keeps what was found.",
    serves: ["cap.research.register"],
    controls: ["ctrl.prov.inputs-recorded"],
  },
  "wrk.vision.describer": {
    risk: "low",
    description: "Describes images.",
    serves: ["cap.vision.describe"],
    controls: [],
  },
  "wrk.speech.transcriber": {
    risk: "medium",
    description: "Writes down speech.",
    serves: ["cap.speech.transcribe"],
    controls: ["ctrl.obs.audit-log-append-only"],
  },
};
