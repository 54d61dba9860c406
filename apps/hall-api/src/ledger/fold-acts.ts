import { HALL_CHAIN } from "@guildhall/protocol";
import { AGREEMENT_FOLDS, grantRequest } from "./fold-agreements.ts";
import { PEOPLE_FOLDS } from "./fold-people.ts";
import { Act, type Facts, type Folds, type Rows, texts } from "./fold-rows.ts";

/** State as the acts of one chain make it: every row that should be, by its place. */
export interface Fold {
  /** The last act that was read. */
  seq(): number;
  apply(seq: number, body: Uint8Array): void;
  expected: ReadonlyMap<string, ExpectedRow>;
  /** Forgets rows that are of no use any more, so that memory does not grow with everybody who ever signed in. */
  forgetLapsed(beforeMs: number): void;
  /** What an alert of this chain has told, by its place; forgotten where the row is right again. */
  told: Map<string, string>;
}

export interface ExpectedRow {
  facts: Facts;
  sinceSeq: number;
  /** From then on it may be missing. */
  untilMs: number | null;
}

/** The code of the auditor's alerts about rows. */
export const STATE_MISMATCH = "STATE_MISMATCH";

export function createFold(): Fold {
  const expected = new Map<string, ExpectedRow>();
  const lapsing = new Set<string>();
  const told = new Map<string, string>();
  let seq = -1;

  const rows: Rows = {
    put(place, facts, { until } = {}) {
      const untilMs = until === undefined ? null : Date.parse(until);
      expected.set(place, { facts, sinceSeq: seq, untilMs });
      if (untilMs !== null) lapsing.add(place);
    },
    facts: (place) => expected.get(place)?.facts,
    amend(place, changes) {
      const row = expected.get(place);
      if (row) expected.set(place, { ...row, facts: { ...row.facts, ...changes } });
    },
    current: new Map(),
    groups: new Map(),
    tell: (place, code) => void told.set(place, code),
  };
  return {
    seq: () => seq,
    apply(at, body) {
      seq = at;
      const act = readAct(body);
      if (act) FOLDS[`${act.kind} ${act.action}`]?.(rows, act);
    },
    expected,
    forgetLapsed(beforeMs) {
      for (const place of lapsing) {
        const row = expected.get(place);
        if (row?.untilMs != null && row.untilMs > beforeMs) continue;
        expected.delete(place);
        told.delete(place);
        lapsing.delete(place);
      }
    },
    told,
  };
}

/** Acts by kind and action; any other changes no row that is compared. */
const FOLDS: Folds = {
  ...PEOPLE_FOLDS,
  ...AGREEMENT_FOLDS,

  "key created"(rows, { subject, details }) {
    rows.put(`api_key ${subject}`, apiKey(details));
  },
  "key rotated"(rows, { subject, decided_at, details }) {
    const { successor: replaced_by, replaced_until: expires_at, grace_seconds } = details;
    rows.put(`api_key ${replaced_by}`, apiKey(details));
    rows.amend(`api_key ${subject}`, {
      replaced_by,
      ...(grace_seconds === 0 ? { revoked_at: decided_at } : { expires_at }),
    });
  },
  "key revoked"(rows, { subject, decided_at }) {
    rows.amend(`api_key ${subject}`, { revoked_at: decided_at });
  },

  "key registered"(rows, { subject, details: { role, tenant, namespace, public_key } }) {
    if (role === "runner") rows.put(`runner_key ${subject}`, { public_key, retired_at: null });
    if (role === "namespace")
      rows.put(`namespace_key ${subject}`, { tenant, namespace, public_key, retired_at: null });
  },
  "key introduced"(rows, act) {
    const { subject, details } = act;
    const { role, public_key, not_before, not_after } = details;
    if (role === "grant") rows.put(`grant_key ${subject}`, { public_key, not_before, not_after });
    else introduceHallKey(rows, act);
  },
  "key retired"(rows, { subject, receipt_id, decided_at, details }) {
    if (details.role === "runner" || details.role === "namespace")
      return rows.amend(`${details.role}_key ${subject}`, { retired_at: decided_at });
    for (const role of texts(details.roles)) {
      rows.amend(`hall_key ${subject} ${role}`, { state: "retired", retired_by: receipt_id });
      const successor = `hall_key ${details.successor} ${role}`;
      rows.amend(successor, { state: "active" });
      rows.current.set(`key ${role}`, successor);
    }
  },

  "worker enrolled"(rows, act) {
    rows.put(`worker ${act.subject}`, { ...recordOf(act), status: "active" });
    putVersion(rows, act);
  },
  "worker updated"(rows, act) {
    rows.amend(`worker ${act.subject}`, recordOf(act));
    putVersion(rows, act);
  },
  "worker suspended"(rows, { subject }) {
    rows.amend(`worker ${subject}`, { status: "suspended" });
  },
  "worker resumed"(rows, { subject }) {
    rows.amend(`worker ${subject}`, { status: "active" });
  },
  "worker retired"(rows, { subject }) {
    rows.amend(`worker ${subject}`, { status: "retired" });
  },
  "worker transport_set"(rows, { subject, details: { version, transport_digest: digest } }) {
    rows.put(`worker_transport ${subject} ${version}`, { digest, content: digest });
  },

  "rule published": publish,
  "rule rolled_back": publish,
  "profile defined"(rows, { subject, details: { digest } }) {
    rows.put(`profile_head ${subject}`, { digest, content: digest, retired_at: null });
  },
  "profile retired"(rows, { subject, decided_at }) {
    rows.amend(`profile_head ${subject}`, { retired_at: decided_at });
  },
  "profile set": putEnvironment,
  "profile cleared": putEnvironment,

  "certification issued": certify,
  "certification renewed": certify,
  "certification revoked"(rows, { receipt_id, decided_at, details: { certificates, reason } }) {
    for (const id of texts(certificates))
      rows.amend(`certificate ${id}`, {
        revoked_at: decided_at,
        revocation_reason: reason,
        revocation_receipt_id: receipt_id,
      });
  },
  "certification authority_introduced"(rows, { subject, receipt_id, details }) {
    const { digest, not_before, not_after } = details;
    rows.put(`authority ${subject}`, { digest, not_before, not_after, receipt_id });
  },

  "attestation registered"(rows, { subject, receipt_id, decided_at, details }) {
    const { worker_version, method, namespace_key_id, envelope_digest, registered_hash } = details;
    const earlier = rows.current.get(`worker ${subject}`);
    if (earlier !== undefined) rows.amend(earlier, { superseded_at: decided_at });
    rows.current.set(`worker ${subject}`, `worker_attestation ${receipt_id}`);
    rows.put(`worker_attestation ${receipt_id}`, {
      worker_id: subject,
      worker_version,
      method,
      namespace_key_id,
      envelope_digest,
      content: envelope_digest,
      registered_hash,
      superseded_at: null,
    });
  },
  "attestation declared"(rows, { subject, receipt_id, decided_at, details: { package_hash } }) {
    const earlier = rows.current.get(`declared ${subject}`);
    if (earlier !== undefined) rows.amend(earlier, { superseded_at: decided_at });
    const place = `package_declaration ${receipt_id}`;
    rows.current.set(`declared ${subject}`, place);
    rows.put(place, { worker_id: subject, package_hash, superseded_at: null });
  },
  "attestation measured"(rows, { subject, receipt_id, decided_at, details }) {
    const { attestation_receipt_id, method, matches, runner_id, current_hash, valid_until } = details;
    rows.put(`measurement ${receipt_id}`, {
      worker_id: subject,
      attestation_id: attestation_receipt_id,
      method,
      matches,
      runner_id,
      current_hash,
      answered_at: decided_at,
      valid_until,
    });
  },

  "alert raised"(rows, { chain, subject, receipt_id, details }) {
    const { code, level, measurement_receipt_id, findings } = details;
    // A tenant's is shown to it from a row; the Hall's own stands in its chain alone.
    if (chain !== HALL_CHAIN) rows.put(`alert ${receipt_id}`, { code, level });
    if (code === "DENY_WORKER_TAMPERED")
      rows.put(`worker_flag ${receipt_id}`, {
        worker_id: subject,
        measurement_id: measurement_receipt_id,
        cleared_at: null,
        clear_reason: null,
      });
    if (code !== STATE_MISMATCH || !Array.isArray(findings)) return;
    for (const { place, code } of findings) rows.tell(String(place), String(code));
  },
  "alert cleared"(rows, { decided_at, details: { flag_id, reason } }) {
    rows.amend(`worker_flag ${flag_id}`, { cleared_at: decided_at, clear_reason: reason });
  },

  "tenant created"(rows, { subject, details: { slug, identities, founding_link } }) {
    rows.put(`tenant ${subject}`, { slug, standing: "ok" });
    if (founding_link !== undefined) rows.amend(`founding_link ${founding_link}`, { founded: subject });
    for (const identity of texts(identities)) rows.put(`signatory_identity ${subject} ${identity}`, {});
  },
  "tenant standing_set"(rows, { subject, details: { standing } }) {
    rows.amend(`tenant ${subject}`, { standing });
  },
  "tenant namespace_registered"(rows, { subject: tenant, details: { namespace } }) {
    rows.put(`namespace ${namespace}`, { tenant, released_at: null });
  },
  "tenant namespace_released"(rows, { decided_at, details: { namespace } }) {
    rows.amend(`namespace ${namespace}`, { released_at: decided_at });
  },
  "tenant domain_asked"(rows, { subject, details: { kind, name } }) {
    rows.put(`name_proof ${subject}`, { kind, name, proved_at: null, lost_at: null, released_at: null });
  },
  "tenant domain_proved"(rows, { subject, decided_at }) {
    rows.amend(`name_proof ${subject}`, { proved_at: decided_at });
  },
  "tenant domain_lost"(rows, { subject, decided_at }) {
    rows.amend(`name_proof ${subject}`, { lost_at: decided_at });
  },
  "tenant domain_found"(rows, { subject }) {
    rows.amend(`name_proof ${subject}`, { lost_at: null });
  },
  "tenant domain_released"(rows, { subject, decided_at }) {
    rows.amend(`name_proof ${subject}`, { released_at: decided_at });
  },
  "tenant went_online": (rows, act) => putPresence(rows, act, true),
  "tenant went_offline": (rows, act) => putPresence(rows, act, false),

  "rule shadow_started"(rows, { subject: digest, decided_at, actor, details: { run_id } }) {
    const started_by = `${actor.kind}:${actor.id}`;
    rows.put(`shadow_run ${run_id}`, { digest, started_by, started_at: decided_at, ended_at: null });
  },
  "rule shadow_ended"(rows, { decided_at, details: { run_id } }) {
    rows.amend(`shadow_run ${run_id}`, { ended_at: decided_at });
  },
  "rule consented"(rows, { decided_at, actor, details: { draft_id, revision: consent_revision } }) {
    const consent_by = `${actor.kind}:${actor.id}`;
    rows.put(`bundle_draft ${draft_id}`, { consent_by, consent_at: decided_at, consent_revision });
  },
};

/** What narrows a key is told where it does. */
function apiKey({ identities, scopes, key_digest, expires_at = null, ...details }: Act["details"]): Facts {
  const { environments = null, addresses_digest = null, agent = null } = details;
  const { requests_per_minute = null, requests_per_day = null } = details;
  return {
    ...{ identities, scopes, key_digest, expires_at, revoked_at: null, replaced_by: null },
    ...{ environments, addresses_digest, agent, requests_per_minute, requests_per_day },
  };
}

/** What was enrolled before versions were kept names none. */
function putVersion(rows: Rows, { subject, receipt_id, actor, details }: Act): void {
  const { version, worker_record_hash: record_hash, worker_species_id: species_id } = details;
  if (version === undefined) return;
  const enrolled_by = `${actor.kind}:${actor.id}`;
  rows.put(`worker_version ${subject} ${version}`, { record_hash, species_id, receipt_id, enrolled_by });
}

function putPresence(rows: Rows, { decided_at, details: { standing } }: Act, online: boolean): void {
  rows.put("presence", { online, standing, checked_at: decided_at });
}

function recordOf({ details }: Act): Facts {
  const { worker_record_hash: record_hash, worker_species_id: species_id } = details;
  return { record_hash, species_id, content: record_hash };
}

/** The first bundle of a tenant may be put in force without a publication's number. */
function publish(rows: Rows, { subject: digest, receipt_id, actor, details }: Act): void {
  rows.put("active_bundle", { digest, content: digest });
  const { number, previous_digest, note, rolled_back_from = null } = details;
  if (number === undefined) return;
  const published_by = `${actor.kind}:${actor.id}`;
  const facts = { digest, previous_digest, receipt_id, note, rolled_back_from, published_by };
  rows.put(`bundle_publication ${number}`, facts);
}

function putEnvironment(rows: Rows, { subject, details: { profile_id } }: Act): void {
  rows.put(`environment_profile ${subject}`, { profile_id });
}

function certify(rows: Rows, act: Act): void {
  const { subject, receipt_id, details } = act;
  const { worker_id, worker_record_hash: record_hash, certification_id, digest, authority } = details;
  const { is_key_held, capabilities, environments, data_labels, valid_from, valid_until } = details;
  rows.put(`certificate ${subject}`, {
    ...{ worker_id, record_hash, certification_id, digest, content: digest, authority, receipt_id },
    ...{ is_key_held, capabilities, environments, data_labels, valid_from, valid_until },
    ...{ revoked_at: null, revocation_reason: null, revocation_receipt_id: null },
  });
  grantRequest(rows, act);
}

/** Beside a key in use the next one waits; where there is none it is in use at once. Of root and witness keys there are several. */
function introduceHallKey(rows: Rows, { subject, receipt_id, details }: Act): void {
  const { roles, algorithm, spki, module, not_after, threshold } = details;
  for (const role of texts(roles)) {
    const place = `hall_key ${subject} ${role}`;
    const isFirst = !rows.current.has(`key ${role}`);
    rows.put(place, {
      ...{ algorithm, spki, module, not_after, threshold },
      ...(role !== "feed-root" && { state: isFirst || role === "witness" ? "active" : "introduced" }),
      introduced_by: receipt_id,
      retired_by: null,
    });
    if (isFirst) rows.current.set(`key ${role}`, place);
  }
}

function readAct(body: Uint8Array): Act | null {
  try {
    return Act.safeParse(JSON.parse(Buffer.from(body).toString("utf8"))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
