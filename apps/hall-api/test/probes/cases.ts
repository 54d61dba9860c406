import { randomUUID } from "node:crypto";
import { newReceiptId } from "@guildhall/attestation";
import { newSecret } from "../../src/identity/api-key.ts";
import { DRAFT } from "../testing/agreement.ts";
import { RECORD, request, withHash } from "../testing/enrolled-worker.ts";

/**
 * How every operation is probed. A new operation needs a line in CASES, each field of its input with what it names or why
 * it names nothing; and one in GOOD where it wants more than ids. The suites say which line is missing.
 */

/** What ids name, with ids of the same form that are nobody's. */
const NOBODYS = {
  receipt: madeUp,
  decision: madeUp,
  key: madeUp,
  draft: madeUp,
  namespaceKey: madeUp,
  runner: madeUp,
  certificate: madeUp,
  agreement: madeUp,
  certification: madeUp,
  session: madeUp,
  member: madeUp,
  proof: madeUp,
  record: noDigest,
  bundle: noDigest,
  profileDigest: noDigest,
  certificateDigest: noDigest,
  agreementDigest: noDigest,
  identity: () => ["tenant-nobody.test"],
  worker: () => ["org.nobody.worker"],
  publication: () => ["900000"],
  profile: () => ["prof.nobody.own"],
  role: () => ["keeper-of-nothing"],
  capability: () => ["cap.nobody-own.work"],
} satisfies Record<string, (real: string) => string[]>;
export type Kind = keyof typeof NOBODYS;

export function nobodys(kind: Kind, real: string): string[] {
  return NOBODYS[kind](real);
}

/** A made-up id, one made the way ours are, and a neighbour of a real one. */
function madeUp(real: string): string[] {
  const next = (Number.parseInt(real.slice(-1), 16) ^ 1).toString(16);
  return [randomUUID(), newReceiptId(Date.now()), real.slice(0, -1) + next];
}

function noDigest(): string[] {
  return [`sha256:${"0".repeat(64)}`];
}

/** An id, whose owner decides the answer; or why there is nothing to probe. */
export type Field = { kind: Kind } | string;

const ids = (kind: Kind): Field => ({ kind });
const receiptIds = ids("receipt");
const decisionIds = ids("decision");
const keyIds = ids("key");
const identities = ids("identity");
const workerIds = ids("worker");
const draftIds = ids("draft");
const publicationNumbers = ids("publication");
const recordHashes = ids("record");
const bundleDigests = ids("bundle");
const profileDigests = ids("profileDigest");
const certificateDigests = ids("certificateDigest");
const agreementDigests = ids("agreementDigest");
const namespaceKeyIds = ids("namespaceKey");
const runnerIds = ids("runner");
const certificateIds = ids("certificate");
const agreementIds = ids("agreement");
const certificationIds = ids("certification");
const profileIds = ids("profile");
const sessionIds = ids("session");
const memberIds = ids("member");
const proofIds = ids("proof");
const roleNames = ids("role");
const capabilities = ids("capability");

export const CASES: Record<string, Record<string, Field>> = {
  "decision.route": routeInput(),
  "dispatch.start": routeInput(),
  "decision.list": {
    before: "a place in one's own chain",
    limit: "a number",
    env: "a filter",
    outcome: "a filter",
  },
  "decision.get": { id: receiptIds },
  "decision.replay": { id: receiptIds },
  "decision.code-hashes": { id: decisionIds },
  "dispatch.get": { id: decisionIds },
  "receipt.get": { id: receiptIds, cosigned: "a filter" },
  "receipt.proof": { id: receiptIds },
  "grant.redeem": { grant: "is itself the right to redeem it" },
  "log.checkpoint": { cosigned: "a filter" },
  "log.tile": { tile: "hashes of all, public" },
  "worker.enroll": {
    worker_id: "free for each tenant; see below",
    ...nothing(
      "what the record says of itself",
      "worker_species_id capabilities artifact_hash risk_tier idempotency required_controls currently_implements",
      "allowed_environments privilege_envelope blast_radius owner contact catalog_version_min",
    ),
  },
  "worker.enroll-text": { record: "as worker.enroll" },
  "worker.get": { worker_id: workerIds },
  "worker.suspend": { worker_id: workerIds, reason: "free text" },
  "worker.resume": { worker_id: workerIds, reason: "free text" },
  "worker.retire": { worker_id: workerIds, reason: "free text" },
  "worker.set_transport": {
    worker_id: workerIds,
    ...nothing("the address itself", "kind url timeout_ms tls_pin"),
  },
  "worker.get-record": { hash: recordHashes },
  "attestation.get": { worker_id: workerIds },
  "attestation.register": {
    worker_id: workerIds,
    envelope: "is held against one's own keys",
    method: "one of three",
  },
  "measurement.challenge": { worker_id: workerIds },
  "measurement.answer": { worker_id: workerIds, envelope: "is held against one's own keys" },
  "flag.clear": { worker_id: workerIds, reason: "free text" },
  "runner.register": nothing("what the key is", "name public_key"),
  "runner.retire": { id: runnerIds, reason: "free text" },
  "alert.list": { before: "a place in one's own list", limit: "a number" },
  "approval.list-pending": { after: "a place in one's own list", limit: "a number" },
  "certificate.issue": {
    worker_id: workerIds,
    record_hash: recordHashes,
    ...nothing(
      "what is certified",
      "capabilities environments data_labels expires_in_seconds certificate_request",
    ),
  },
  "certificate.renew": { id: certificateIds, expires_in_seconds: "a number" },
  "certificate.revoke": { id: certificateIds, reason: "one of six", note: "free text" },
  "certificate.list": { worker_id: workerIds, digest: certificateDigests },
  "certificate.get": { id: certificateIds },
  "certification.request": {
    worker_id: workerIds,
    record_hash: recordHashes,
    ...nothing("what is asked", "capabilities environments data_labels note"),
  },
  "certification.list": { state: "a filter" },
  "certification.get": { id: certificationIds },
  "certification.grant": {
    id: certificationIds,
    ...nothing("what was examined, and for how long", "evidence_digest checklist expires_in_seconds"),
  },
  "certification.refuse": { id: certificationIds, ...nothing("free text", "reason checklist") },
  "certification.withdraw": { id: certificationIds },
  "agreement.get": { id: agreementIds },
  "agreement.get-version": { digest: agreementDigests },
  "agreement.draft": nothing(
    "is held against one's own identities, or free",
    "template_id title signatory identities terms valid_from valid_until",
  ),
  "agreement.amend": { id: agreementIds, draft: "as agreement.draft" },
  "agreement.sign": { id: agreementIds, ...nothing("of that agreement", "version digest") },
  "agreement.activate": { id: agreementIds, ...nothing("of that agreement", "version digest") },
  "agreement.suspend": { id: agreementIds, reason: "free text" },
  "agreement.resume": { id: agreementIds, reason: "free text" },
  "agreement.terminate": { id: agreementIds, reason: "free text" },
  "authority.revocations": { authority: "the Hall's own, public" },
  "rule.list-publications": { before: "a place in one's own history", limit: "a number" },
  "rule.get-publication": { number: publicationNumbers },
  "rule.get-bundle": { digest: bundleDigests },
  "rule.review": { bundle: "one's own text" },
  "rule.simulate": { bundle: "one's own text", last: "a number" },
  "rule.publish": {
    draft_id: draftIds,
    ...nothing(
      "what is published, and what of one's own it replaces",
      "bundle revision note expected_digest",
    ),
  },
  "rule.roll-back": {
    number: publicationNumbers,
    ...nothing("free text, and what of one's own it replaces", "note expected_digest"),
  },
  "draft.create": nothing("one's own text", "name content"),
  "draft.get": { id: draftIds },
  "draft.save": { id: draftIds, ...nothing("one's own text", "name content revision") },
  "draft.discard": { id: draftIds },
  "draft.restore": { id: draftIds },
  "draft.consent": { id: draftIds, revision: "a number" },
  "shadow.start": { draft_id: draftIds, ...nothing("what is evaluated", "bundle revision") },
  "shadow.list": { before: "a place in one's own list", limit: "a number" },
  "profile.get-version": { digest: profileDigests },
  "profile.define": { profile_id: "free for each tenant; see below", profile: "what it asks for" },
  "profile.retire": { profile_id: profileIds },
  "profile.set-environment": { env: "one of four", profile_id: profileIds },
  "key.create": {
    identities,
    ...nothing(
      "what the key is",
      "name scopes expires_in_seconds environments addresses agent requests_per_minute requests_per_day",
    ),
  },
  "key.rotate": { id: keyIds, grace_seconds: "a number" },
  "key.report-leak": { key: "is itself the right to end it" },
  "key.revoke": { id: keyIds, reason: "free text" },
  "member.invite": nothing("whom and as what, in one's own tenant", "email display_name role"),
  "member.set-role": { id: memberIds, role: "of one's own tenant, or of every" },
  "member.end-sessions": { id: memberIds },
  "member.remove": { id: memberIds, reason: "free text" },
  "invitation.accept": nothing("is itself the right to join", "token display_name password"),
  "recovery.request": { email: "is answered alike, whoever has it" },
  "recovery.complete": nothing("is itself the right to recover", "token password"),
  "role.define": { name: "free for each tenant", permissions: "of one table" },
  "role.retire": { name: roleNames },
  "session.begin": {
    ...nothing("is itself the right to sign in", "token email password"),
    tenant: "is held against the account that signs in",
  },
  "session.ask-passkey": nothing("is itself the right to sign in", "token"),
  "session.verify-factor": nothing("is itself the right to sign in", "token code passkey"),
  "session.step-up": nothing("is held against one's own account", "code passkey password"),
  "session.revoke": { id: sessionIds },
  "account.set-password": { password: "one's own" },
  "account.add-passkey": { name: "free text", passkey: "one's own; see passkeys.test.ts for another's" },
  "account.remove-passkey": { id: "is held against one's own account" },
  "account.confirm-totp": { id: "is held against one's own account", code: "one's own" },
  "domain.ask": nothing("free for each tenant to ask for", "kind name suffix"),
  "domain.check": { id: proofIds },
  "domain.release": { id: proofIds, reason: "free text" },
  "sso.configure": nothing("of one's own provider", "issuer client_id client_secret join_role is_required"),
  "sso.remove": { reason: "free text" },
  "sso.begin": { email: "leads to the provider of its domain, whoever asks" },
  "sso.complete": nothing("is itself the right to sign in", "flow_token tenant answer"),
  "hall.sign-in-failures": { limit: "a number" },
  "hall.receipt": { id: receiptIds },
  "keyring.rotate": { role: "one of six", reason: "free text" },
  "keyring.register-root": nothing("keys of people, of no tenant", "envelope reason"),
  "operator.renew-token": { reason: "free text" },
  "namespace.register-key": nothing("the operator's to give", "tenant namespace public_key"),
  "namespace.retire-key": { id: namespaceKeyIds, reason: "free text" },
  "namespace.register": nothing("the operator's to give", "tenant namespace"),
  "namespace.release": nothing("the operator's to take", "namespace reason"),
  "tenant.set-standing": nothing("the operator's to set", "tenant standing reason"),
  "tenant.list": nothing("the operator's to read", "after limit"),
  "tenant.get": nothing("the operator's to read", "tenant"),
  "tenant.create": nothing("the operator's to make", "tenant name owner"),
  "tenant.invite-owner": nothing("the operator's to invite", "tenant email display_name"),
  "tenant.withdraw-invitation": nothing("the operator's to withdraw", "tenant reason"),
  "tenant.found": nothing("is itself the right to found", "token tenant name email display_name password"),
  "signup.request": { email: "is answered alike, whoever has it" },
  "wire.dispatches": { limit: "a number" },
  "wire.verify": { worker_id: "is public for what was declared; see below" },
  "wire.attest": {
    worker: workerIds,
    worker_id: "is held against the path",
    ...nothing(
      "what is declared",
      "sha256 package_hash worker_species_id worker_version manifest_path label",
      "ai_generated ai_service ai_model ai_session_id ai_session_fingerprint",
    ),
  },
};

function routeInput(): Record<string, Field> {
  return {
    tenant_id: identities,
    capability_id: capabilities,
    ...nothing(
      "says how, not whose",
      "env data_label tenant_risk qos_class correlation_id request blast_radius blast_score privilege_context",
      "dry_run tenant_credential policy_version",
    ),
  };
}

function nothing(why: string, ...fields: string[]): Record<string, string> {
  return Object.fromEntries(fields.flatMap((line) => line.split(" ").map((field) => [field, why])));
}

/** Parameters of paths that name nothing which only one tenant has. */
export const NAMES = new Set([
  "account.confirm-totp id",
  "account.remove-passkey id",
  "role.define name",
  "profile.define profile_id",
  "profile.set-environment env",
  "keyring.rotate role",
  "namespace.release namespace",
  "tenant.set-standing tenant",
  "tenant.get tenant",
  "tenant.invite-owner tenant",
  "tenant.withdraw-invitation tenant",
  "wire.verify worker_id",
]);

const NO_HASH = "0".repeat(64);
const PUBLIC_KEY = Buffer.alloc(32, 1).toString("base64");
const SCOPE = { capabilities: ["cap.doc.summarize"], environments: ["prod"], data_labels: ["INTERNAL"] };
const PASSWORD = "nine crooked herons bargain";
const REASON = { reason: "x" };

/** What an input needs beside the ids of CASES, so that a door which is open where it should not be does what was asked. */
export const GOOD: Record<string, Record<string, unknown>> = {
  "decision.route": request(""),
  "dispatch.start": request(""),
  "grant.redeem": { grant: "made-up" },
  "log.tile": { tile: "0/000.p/1" },
  "worker.enroll": JSON.parse(withHash({ ...RECORD, worker_id: "org.test.probe" })),
  "worker.enroll-text": { record: withHash({ ...RECORD, worker_id: "org.test.probe" }) },
  "worker.suspend": REASON,
  "worker.resume": REASON,
  "worker.retire": REASON,
  "worker.set_transport": { kind: "http", url: "http://127.0.0.1:9/" },
  "attestation.register": { envelope: "{}" },
  "measurement.answer": { envelope: "{}" },
  "flag.clear": REASON,
  "runner.register": { name: "n", public_key: PUBLIC_KEY },
  "runner.retire": REASON,
  "certificate.issue": { ...SCOPE, expires_in_seconds: 60 },
  "certificate.renew": { expires_in_seconds: 60 },
  "certificate.revoke": { reason: "superseded" },
  "certification.request": SCOPE,
  "certification.grant": {
    evidence_digest: `sha256:${NO_HASH}`,
    checklist: [],
    expires_in_seconds: 60,
  },
  "certification.refuse": REASON,
  "agreement.draft": DRAFT,
  "agreement.amend": { draft: DRAFT },
  "agreement.sign": { version: 1, digest: `sha256:${NO_HASH}` },
  "agreement.activate": { version: 1, digest: `sha256:${NO_HASH}` },
  "agreement.suspend": REASON,
  "agreement.resume": REASON,
  "agreement.terminate": REASON,
  "rule.review": { bundle: "{}" },
  "rule.simulate": { bundle: "{}" },
  "rule.publish": { revision: 1 },
  "rule.roll-back": { note: "x" },
  "draft.create": { name: "x" },
  "draft.save": { content: "x", revision: 1 },
  "draft.consent": { revision: 1 },
  "shadow.start": { revision: 1 },
  "profile.define": { profile_id: "prof.test.probe", profile: { profile_id: "prof.test.probe", name: "x" } },
  "profile.set-environment": { env: "edge" },
  "key.create": { name: "n" },
  "key.report-leak": { key: newSecret("key") },
  "member.invite": { email: "somebody@example.test", display_name: "Somebody", role: "auditor" },
  "member.set-role": { role: "auditor" },
  "member.remove": REASON,
  "invitation.accept": { token: newSecret("link"), display_name: "Nobody", password: PASSWORD },
  "recovery.request": { email: "nobody@example.test" },
  "recovery.complete": { token: newSecret("link"), password: PASSWORD },
  "role.define": { name: "keeper-of-probes", permissions: ["rule:read"] },
  "session.begin": { token: newSecret("link") },
  "session.ask-passkey": { token: newSecret("session") },
  "session.verify-factor": { token: newSecret("session"), code: "000000" },
  "session.step-up": { password: PASSWORD },
  "account.set-password": { password: PASSWORD },
  "account.confirm-totp": { id: randomUUID(), code: "000000" },
  "account.remove-passkey": { id: randomUUID() },
  "account.add-passkey": {
    name: "x",
    passkey: { credential_id: "AA", client_data: "AA", attestation_object: "AA" },
  },
  "domain.ask": { kind: "email", name: "probe.example" },
  "domain.release": REASON,
  "sso.configure": {
    ...{ issuer: "http://127.0.0.1:9/", client_id: "x", client_secret: "x" },
    ...{ join_role: null, is_required: false },
  },
  "sso.remove": REASON,
  "sso.begin": { email: "nobody@example.test" },
  "sso.complete": { flow_token: "made-up", tenant: "nobody", answer: "" },
  "keyring.rotate": { role: "log", reason: "x" },
  "keyring.register-root": { envelope: "{}", reason: "x" },
  "operator.renew-token": REASON,
  "namespace.register-key": { tenant: "nobody", namespace: "org.nobody", public_key: PUBLIC_KEY },
  "namespace.retire-key": REASON,
  "namespace.register": { tenant: "nobody", namespace: "org.nobody" },
  "namespace.release": { namespace: "org.nobody", reason: "x" },
  "tenant.set-standing": { tenant: "nobody", standing: "degraded", reason: "x" },
  "tenant.get": { tenant: "nobody" },
  "tenant.create": {
    tenant: "probed",
    name: "Probed",
    owner: { email: "nobody@example.test", display_name: "Nobody" },
  },
  "tenant.invite-owner": { tenant: "nobody", email: "nobody@example.test", display_name: "Nobody" },
  "tenant.withdraw-invitation": { tenant: "nobody", reason: "x" },
  "tenant.found": {
    ...{ token: newSecret("link"), tenant: "nobody-s", name: "Nobody's", display_name: "Nobody" },
    password: "nine crooked herons bargain",
  },
  "signup.request": { email: "nobody@example.test" },
  "wire.verify": { worker_id: "org.nobody.worker" },
  "wire.attest": { sha256: NO_HASH },
};
