import { type Act, type Folds, nameOf, type Rows } from "./fold-rows.ts";

/** Signatory agreements with their versions, and what is asked of an officer: requests for certification and reminders. */
export const AGREEMENT_FOLDS: Folds = {
  "agreement drafted"(rows, act) {
    const created_by = nameOf(act);
    rows.put(`agreement ${act.subject}`, { state: "draft", version: null, created_by, ...movedBy(act) });
    putVersion(rows, act);
  },
  "agreement amended": putVersion,
  "agreement signed"(rows, act) {
    const { decided_at: signed_at, receipt_id: sign_receipt_id } = act;
    amendVersion(rows, act, { signed_at, signed_by: nameOf(act), sign_receipt_id });
  },
  "agreement countersigned"(rows, act) {
    const { decided_at: countersigned_at, receipt_id: countersign_receipt_id, details } = act;
    const { key_id: countersigning_key_id, countersignature_digest: countersignature } = details;
    const facts = { countersigned_at, countersign_receipt_id, countersigning_key_id, countersignature };
    amendVersion(rows, act, facts);
  },
  "agreement activated"(rows, act) {
    const { subject, decided_at: activated_at, receipt_id: activate_receipt_id, details } = act;
    amendVersion(rows, act, { activated_at, activated_by: nameOf(act), activate_receipt_id });
    rows.amend(`agreement ${subject}`, { state: "active", version: details.version, ...movedBy(act) });
  },
  "agreement suspended": (rows, act) => moveAgreement(rows, act, "suspended"),
  "agreement resumed": (rows, act) => moveAgreement(rows, act, "active"),
  "agreement terminated": (rows, act) => moveAgreement(rows, act, "terminated"),

  "certification requested"(rows, act) {
    const { subject, receipt_id: request_receipt_id, details } = act;
    const { worker_id, worker_record_hash: record_hash, capabilities, environments, data_labels } = details;
    rows.put(`certification_request ${subject}`, {
      ...{ worker_id, record_hash, capabilities, environments, data_labels },
      ...{ requested_by: nameOf(act), request_receipt_id, state: "open", certificate_id: null },
      ...{ decided_at: null, decided_by: null, decision_receipt_id: null, reason: null, checklist: null },
    });
  },
  "certification refused"(rows, act) {
    const { reason, checklist } = act.details;
    decideRequest(rows, act.subject, act, { state: "refused", reason, checklist });
  },
  "certification withdrawn": (rows, act) => decideRequest(rows, act.subject, act, { state: "withdrawn" }),
  "notice renewal_due"(rows, { subject, receipt_id, decided_at: reminded_at, details: { days } }) {
    rows.put(`certificate_reminder ${subject} ${days}`, { receipt_id, reminded_at });
  },
};

/** A certificate that answers a request grants it. */
export function grantRequest(rows: Rows, act: Act): void {
  const { request_id, checklist } = act.details;
  if (request_id === undefined) return;
  decideRequest(rows, `${request_id}`, act, { state: "granted", checklist, certificate_id: act.subject });
}

function decideRequest(rows: Rows, id: string, act: Act, facts: Record<string, unknown>): void {
  const { decided_at, receipt_id: decision_receipt_id } = act;
  const decided = { decided_at, decided_by: nameOf(act), decision_receipt_id };
  rows.amend(`certification_request ${id}`, { ...decided, ...facts });
}

function putVersion(rows: Rows, act: Act): void {
  const { version, digest } = act.details;
  rows.put(versionOf(act), {
    ...{ digest, content: digest, drafted_by: nameOf(act), draft_receipt_id: act.receipt_id, version },
    ...{ signed_at: null, signed_by: null, sign_receipt_id: null },
    ...{ countersigned_at: null, countersigning_key_id: null, countersignature: null },
    ...{ countersign_receipt_id: null, activated_at: null, activated_by: null, activate_receipt_id: null },
  });
}

function amendVersion(rows: Rows, act: Act, facts: Record<string, unknown>): void {
  rows.amend(versionOf(act), facts);
}

function versionOf({ subject, details: { version } }: Act): string {
  return `agreement_version ${subject} ${version}`;
}

function moveAgreement(rows: Rows, act: Act, state: string): void {
  rows.amend(`agreement ${act.subject}`, { state, ...movedBy(act) });
}

function movedBy(act: Act): Record<string, unknown> {
  const { decided_at: changed_at, receipt_id, details } = act;
  return { changed_at, changed_by: nameOf(act), receipt_id, reason: details.reason ?? null };
}
