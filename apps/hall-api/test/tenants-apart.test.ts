import { randomUUID } from "node:crypto";
import { newReceiptId } from "@guildhall/attestation";
import { namespaceOf, type WorkerId } from "@guildhall/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { DEMO_RULES } from "../src/demo-rules.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { agreementAct, DRAFT } from "./testing/agreement.ts";
import { enrollAt, RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { addNamespace, addRunner, measure, register, statement } from "./testing/registered-code.ts";
import { registeredRoutes } from "./testing/routes.ts";
import { type Answer, type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addLink, addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

const operations = OPERATIONS as readonly unknown[] as readonly Operation[];

/** A tenant that has used everything there is to use. */
interface Lived extends TestTenant {
  session: string;
  /** Another member's, who may open what receipts commit to. */
  compliance: string;
  /** Who may everything that a member may. */
  owner: string;
  role: string;
  agreement: string;
  agreementDigest: string;
  certification: string;
  /** Of a domain that it asked for. */
  proof: string;
  runner: string;
  namespaceKey: string;
  certificate: string;
  certificateDigest: string;
  sessionId: string;
  memberId: string;
  link: string;
  worker: HttpWorker;
  workerId: string;
  capability: string;
  decision: string;
  outcome: string;
  act: string;
  correlation: string;
  hold: string;
  draft: string;
  publications: number;
  bundle: string;
  shadowRun: string;
  profileId: string;
  profile: string;
  record: string;
}

type DispatchAnswer = RouteAnswer & { outcome_receipt: { receipt: { receipt_id: string } } | null };

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let ours: Lived;
let theirs: Lived;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  [ours, theirs] = [await live("ours", 0), await live("theirs", 2)];
});
// Whatever else the machine does meanwhile: sensitive acts are asked for with a factor shown a moment ago.
beforeEach(() => house.admin.query("UPDATE hall.session SET step_up_at = now()"));
afterAll(async () => {
  await ours?.worker.close();
  await theirs?.worker.close();
  await house?.close();
});

async function live(name: string, publications: number): Promise<Lived> {
  const capability = `cap.${name}-own.work`;
  const [first] = DEMO_RULES.rules;
  const own = { ...first!, rule_id: `own-of-${name}`, match: { capability_id: capability } };
  const tenant = await addTenant(hall.hall, {
    name: `tenant-${name}`,
    rules: { rules: [own, ...DEMO_RULES.rules] },
  });
  const member = await addMember(hall.hall, tenant.id);
  const link = await addLink(hall.hall, tenant.id, member.id);
  const worker = await startHttpWorker(() => hall.url);
  const workerId = `org.${name}.worker`;
  await enrollAt(hall, tenant.key, worker.url, { record: { ...RECORD, worker_id: workerId } });
  const code = await registered(tenant, member.session, workerId);
  const { session: compliance } = await addMember(hall.hall, tenant.id, "compliance");
  const certificate = await certified(tenant, compliance, member.session, workerId);
  const { session: owner } = await addMember(hall.hall, tenant.id, "owner");
  const role = `keeper-of-${name}`;
  const body = { permissions: ["rule:read"] };
  expect((await hall.ask("PUT", `/wcp/roles/${role}`, { key: owner, body })).status).toBe(200);
  const drafted = await agreementAct(hall, owner, "", { ...DRAFT, title: `agreement of ${name}` });
  expect(drafted.status, drafted.text).toBe(201);
  const agreement = { agreement: drafted.body.agreement_id, agreementDigest: drafted.body.newest_digest };
  const asked = await hall.ask<{ id: string }>("POST", "/wcp/domains", {
    key: owner,
    body: { kind: "email", name: `domain-of-${name}.example` },
  });
  expect(asked.status, asked.text).toBe(201);
  const proof = asked.body.id;
  const correlation = `correlation-of-${name}`;
  const { body: dispatched } = await hall.ask<DispatchAnswer>("POST", "/wcp/dispatch", {
    key: tenant.key,
    body: request(tenant.identity, { correlation_id: correlation }),
  });
  const { rows } = await house.admin.query<{ receipt_id: string }>(
    "SELECT receipt_id FROM ledger.receipt WHERE tenant_id = $1 AND kind = 'worker' LIMIT 1",
    [tenant.id],
  );
  return {
    ...tenant,
    ...{ session: member.session, sessionId: member.sessionId, memberId: member.id, link },
    ...{
      worker,
      workerId,
      capability,
      correlation,
      compliance,
      owner,
      role,
      proof,
      ...code,
      ...certificate,
      ...agreement,
    },
    ...(await governed(tenant, member.session, name, publications)),
    decision: dispatched.decision_id,
    outcome: dispatched.outcome_receipt?.receipt.receipt_id ?? "",
    act: rows[0]?.receipt_id ?? "",
  };
}

/** A worker whose code is registered and measured, and the runner that measured it. */
async function registered(tenant: TestTenant, operator: string, workerId: string) {
  const namespace = await addNamespace(hall, tenant.id, namespaceOf(workerId as WorkerId));
  const runner = await addRunner(hall, { operator });
  const envelope = await statement(namespace.signer, { worker_id: workerId });
  expect((await register(hall, tenant.key, envelope, undefined, workerId)).status).toBe(201);
  expect((await measure(hall, tenant.key, runner.signer, {}, workerId)).body.matches).toBe(true);
  return { runner: runner.id, namespaceKey: namespace.id };
}

/** A certificate of the worker as it is enrolled. */
async function certified(tenant: TestTenant, officer: string, operator: string, workerId: string) {
  const { body: listed } = await hall.ask<{ workers: { worker_record_hash: string }[] }>(
    "GET",
    "/wcp/workers",
    {
      key: tenant.key,
    },
  );
  const scope = {
    record_hash: listed.workers[0]?.worker_record_hash,
    capabilities: ["cap.doc.summarize"],
    environments: ["prod"],
    data_labels: ["INTERNAL"],
  };
  const { body } = await hall.ask<{ certificate_id: string; digest: string }>(
    "POST",
    `/wcp/workers/${workerId}/certificates`,
    { key: officer, body: { ...scope, expires_in_seconds: 3600 } },
  );
  expect(body.certificate_id).toBeDefined();
  const { body: asked } = await hall.ask<{ request_id: string }>(
    "POST",
    `/wcp/workers/${workerId}/certification-requests`,
    { key: operator, body: scope },
  );
  expect(asked.request_id).toBeDefined();
  return {
    certificate: body.certificate_id,
    certificateDigest: body.digest,
    certification: asked.request_id,
  };
}

/** What there is to govern with: a draft, publications, a shadow run, a profile, a record, something that waits. */
async function governed(tenant: TestTenant, session: string, name: string, publications: number) {
  const ask = async <T>(method: string, path: string, body?: object) =>
    (await hall.ask<T>(method, path, { key: session, ...(body && { body }) })).body;
  const profileId = `prof.${name}.own`;
  const inForce = await ask<{ digest: string; bundle: string }>("GET", "/wcp/rules");
  const bundle = inForce.bundle;
  for (let n = 0; n < publications; n++)
    await ask("POST", "/wcp/rules/publish", { bundle, note: `of ${name}` });
  const draft = await ask<{ id: string }>("POST", "/wcp/rules/drafts", { name: `draft of ${name}` });
  const run = await ask<{ id: string }>("POST", "/wcp/rules/shadow", { bundle });
  const defined = await ask<{ digest: string }>("PUT", `/wcp/profiles/${profileId}`, {
    profile: { profile_id: profileId, name },
  });
  const workers = await ask<{ workers: { worker_record_hash: string }[] }>("GET", "/wcp/workers");
  const { body: hold } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
    key: tenant.key,
    body: request(tenant.identity, { env: "prod", blast_score: 100, qos_class: "P0" }),
  });
  expect(hold.pending_approval_id).toBe(hold.decision_id);
  return {
    draft: draft.id,
    publications,
    bundle: inForce.digest,
    shadowRun: run.id,
    profileId,
    profile: defined.digest,
    record: workers.workers[0]?.worker_record_hash ?? "",
    hold: hold.decision_id,
  };
}

/** Nothing that anybody has: a made-up id, one made the way ours are, and neighbours of a real one. */
function madeUp(real: string): string[] {
  const next = (Number.parseInt(real.slice(-1), 16) ^ 1).toString(16);
  return [randomUUID(), newReceiptId(hall.hall.clock.now()), real.slice(0, -1) + next];
}

/** Values of a field that are the other tenant's, and values of the same form that are nobody's. */
type Probe = () => { foreign: string[]; nobodys: string[] };

const receiptIds: Probe = () => ({
  foreign: [theirs.decision, theirs.outcome, theirs.act],
  nobodys: madeUp(theirs.decision),
});
const decisionIds: Probe = () => ({ foreign: [theirs.decision], nobodys: madeUp(theirs.decision) });
const keyIds: Probe = () => ({ foreign: [theirs.keyId], nobodys: madeUp(theirs.keyId) });
const identities: Probe = () => ({ foreign: [theirs.identity], nobodys: ["tenant-nobody.test"] });
const workerIds: Probe = () => ({ foreign: [theirs.workerId], nobodys: ["org.nobody.worker"] });
const draftIds: Probe = () => ({ foreign: [theirs.draft], nobodys: madeUp(theirs.draft) });
const publicationNumbers: Probe = () => ({
  foreign: Array.from({ length: theirs.publications }, (_, n) => `${n + 1}`),
  nobodys: ["900000"],
});
const digests = (of: () => string): Probe => {
  return () => ({ foreign: [of()], nobodys: [`sha256:${"0".repeat(64)}`] });
};
const namespaceKeyIds: Probe = () => ({
  foreign: [theirs.namespaceKey],
  nobodys: madeUp(theirs.namespaceKey),
});
const runnerIds: Probe = () => ({ foreign: [theirs.runner], nobodys: madeUp(theirs.runner) });
const certificateIds: Probe = () => ({
  foreign: [theirs.certificate],
  nobodys: madeUp(theirs.certificate),
});
const agreementIds: Probe = () => ({ foreign: [theirs.agreement], nobodys: madeUp(theirs.agreement) });
const certificationIds: Probe = () => ({
  foreign: [theirs.certification],
  nobodys: madeUp(theirs.certification),
});
const profileIds: Probe = () => ({ foreign: [theirs.profileId], nobodys: ["prof.nobody.own"] });
const sessionIds: Probe = () => ({ foreign: [theirs.sessionId], nobodys: madeUp(theirs.sessionId) });
const memberIds: Probe = () => ({ foreign: [theirs.memberId], nobodys: madeUp(theirs.memberId) });
const proofIds: Probe = () => ({ foreign: [theirs.proof], nobodys: madeUp(theirs.proof) });
const roleNames: Probe = () => ({ foreign: [theirs.role], nobodys: ["keeper-of-nothing"] });
const capabilities: Probe = () => ({ foreign: [theirs.capability], nobodys: ["cap.nobody-own.work"] });

/** Every field of every input: how it is probed, or why there is nothing to probe. */
const PROBES: Record<string, Record<string, Probe | string>> = {
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
  "worker.get-record": { hash: digests(() => theirs.record) },
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
    record_hash: "is held against one's own worker",
    ...nothing(
      "what is certified",
      "capabilities environments data_labels expires_in_seconds certificate_request",
    ),
  },
  "certificate.renew": { id: certificateIds, expires_in_seconds: "a number" },
  "certificate.revoke": { id: certificateIds, reason: "one of six", note: "free text" },
  "certificate.list": { worker_id: workerIds, digest: digests(() => theirs.certificateDigest) },
  "certificate.get": { id: certificateIds },
  "certification.request": {
    worker_id: workerIds,
    record_hash: "is held against one's own worker",
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
  "agreement.get-version": { digest: digests(() => theirs.agreementDigest) },
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
  "rule.get-bundle": { digest: digests(() => theirs.bundle) },
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
  "profile.get-version": { digest: digests(() => theirs.profile) },
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

function routeInput() {
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

// First, while nobody here has typed an id of the other: what was asked for stands in one's own decisions.
it("no list and no description that a tenant may read names anything of the other", async () => {
  const foreign = [
    ...[theirs.id, theirs.identity, theirs.keyId, theirs.key, theirs.memberId, theirs.sessionId],
    ...[
      theirs.hold,
      theirs.draft,
      theirs.bundle,
      theirs.shadowRun,
      theirs.profileId,
      theirs.profile,
      theirs.role,
    ],
    ...[
      theirs.record,
      theirs.workerId,
      theirs.capability,
      theirs.decision,
      theirs.outcome,
      theirs.act,
      theirs.correlation,
      theirs.runner,
      theirs.namespaceKey,
      theirs.certificate,
      theirs.certificateDigest,
      theirs.agreement,
      theirs.agreementDigest,
      theirs.certification,
      theirs.proof,
    ],
    "domain-of-theirs.example",
    "tenant-theirs",
    theirs.worker.url,
  ];
  const paths = registeredRoutes(hall.app)
    .filter(({ method, path }) => method === "GET" && !path.includes(":"))
    .map(({ path }) => path);
  for (const { name, trpc, input } of operations)
    if (trpc === "query" && input.safeParse({}).success) paths.push(`/trpc/${name}?input=%7B%7D`);
  expect(paths.length).toBeGreaterThan(12);
  let read = 0;
  for (const path of paths)
    for (const key of [ours.key, ours.session, ours.owner]) {
      const { status, text } = await hall.ask("GET", path, { key });
      if (status === 200) read++;
      for (const secret of foreign) expect(text, `${path} ${secret}`).not.toContain(secret);
    }
  expect(read).toBeGreaterThan(20);
});

it("every field of every operation's input has a probe, or says why it needs none", () => {
  const declared = operations.flatMap(({ name, input, rest }) => {
    const shown = rest?.shows ?? input;
    return shown instanceof z.ZodObject
      ? Object.keys(shown.shape).map((field) => `${name} ${field}`)
      : [name];
  });
  const probed = Object.entries(PROBES).flatMap(([name, fields]) =>
    Object.keys(fields).map((field) => `${name} ${field}`),
  );
  expect(probed.sort()).toEqual(declared.sort());
});

/** Parameters that name nothing which only one tenant has. */
const NAMES = new Set([
  "account.confirm-totp id",
  "account.remove-passkey id",
  "role.define name",
  "profile.define profile_id",
  "profile.set-environment env",
  "keyring.rotate role",
  "namespace.release namespace",
  "tenant.set-standing tenant",
  "wire.verify worker_id",
]);

it("every parameter of every route that the router knows is a field that is probed", () => {
  for (const { method, path } of registeredRoutes(hall.app)) {
    if (path === "/trpc/:path") continue; // one route for all procedures, which are probed by name
    for (const [, parameter] of path.matchAll(/:([A-Za-z_]+)/g)) {
      const verb = method === "HEAD" ? "GET" : method;
      const operation = operations.find(({ rest }) => rest?.path === path && rest.method === verb);
      const probe = PROBES[operation?.name ?? ""]?.[parameter as string];
      const isName = NAMES.has(`${operation?.name} ${parameter}`);
      expect(probe, `${method} ${path} ${parameter}`).toBeTypeOf(isName ? "string" : "function");
    }
  }
});

interface Asked {
  door: string;
  ask: (value: string, key: string) => Promise<Answer<object | null>>;
}

const probed = Object.entries(PROBES).flatMap(([name, fields]) =>
  Object.entries(fields).flatMap(([field, probe]) =>
    typeof probe === "function" ? doorsOf(name, field).map((door) => ({ ...door, name, field, probe })) : [],
  ),
);

/** Each way in which a field can be sent: REST, its HEAD, tRPC. */
function doorsOf(name: string, field: string): Asked[] {
  const operation = operations.find((one) => one.name === name) as Operation;
  const { rest, trpc } = operation;
  const body = (value: string) => ({ ...goodInput(name), [field]: sent(field, value) });
  const doors: Asked[] = [];
  if (rest) {
    const inPath = [...rest.path.matchAll(/:([A-Za-z_]+)/g)].map(([, parameter]) => parameter as string);
    const rest_ = (method: string) => (value: string, key: string) => {
      const input: Record<string, unknown> = { ...goodInput(name), [field]: value };
      const path = rest.path.replaceAll(/:([A-Za-z_]+)/g, (_, parameter) =>
        encodeURIComponent(String(input[parameter])),
      );
      const others = Object.entries(body(value)).filter(([other]) => !inPath.includes(other));
      return hall.ask<object | null>(method, path, {
        key,
        ...(method !== "GET" && method !== "HEAD" && { body: Object.fromEntries(others) }),
      });
    };
    doors.push({ door: `${rest.method} ${rest.path}`, ask: rest_(rest.method) });
    if (rest.method === "GET") doors.push({ door: `HEAD ${rest.path}`, ask: rest_("HEAD") });
  }
  if (trpc)
    doors.push({
      door: `tRPC ${name}`,
      ask: (value, key) =>
        trpc === "query"
          ? hall.ask("GET", `/trpc/${name}?input=${encodeURIComponent(JSON.stringify(body(value)))}`, { key })
          : hall.ask("POST", `/trpc/${name}`, { key, body: body(value) }),
    });
  return doors;
}

/** As JSON has it. */
function sent(field: string, value: string): unknown {
  if (field === "identities") return [value];
  return field === "number" ? Number(value) : value;
}

function goodInput(name: string): Record<string, unknown> {
  switch (name) {
    case "decision.route":
    case "dispatch.start":
      return request(ours.identity);
    case "worker.set_transport":
      return { kind: "http", url: "http://127.0.0.1:9/" };
    case "key.create":
      return { name: "n" };
    case "attestation.register":
    case "measurement.answer":
      return { envelope: "{}" };
    case "wire.attest":
      return { sha256: "0".repeat(64) };
    case "certification.request":
      return {
        record_hash: ours.record,
        capabilities: ["cap.doc.summarize"],
        environments: ["prod"],
        data_labels: ["INTERNAL"],
      };
    case "certification.grant":
      return { evidence_digest: `sha256:${"0".repeat(64)}`, checklist: [], expires_in_seconds: 60 };
    case "agreement.amend":
      return { draft: DRAFT };
    case "agreement.sign":
    case "agreement.activate":
      return { version: 1, digest: ours.agreementDigest };
    case "agreement.suspend":
    case "agreement.resume":
    case "agreement.terminate":
    case "certification.refuse":
    case "flag.clear":
    case "namespace.retire-key":
    case "runner.retire":
    case "member.remove":
    case "domain.release":
    case "worker.suspend":
    case "worker.resume":
    case "worker.retire":
      return { reason: "x" };
    case "member.set-role":
      return { role: "auditor" };
    case "certificate.issue":
      return {
        record_hash: ours.record,
        capabilities: ["cap.doc.summarize"],
        environments: ["prod"],
        data_labels: ["INTERNAL"],
        expires_in_seconds: 60,
      };
    case "certificate.renew":
      return { expires_in_seconds: 60 };
    case "certificate.revoke":
      return { reason: "superseded" };
    case "draft.save":
      return { content: "x", revision: 1 };
    case "draft.consent":
    case "rule.publish":
    case "shadow.start":
      return { revision: 1 };
    case "profile.set-environment":
      return { env: "edge" };
    default:
      return {};
  }
}

describe("with a key and with a session, what is the other tenant's answers like what is nobody's:", () => {
  it.each(probed)("$door, $field", async ({ ask, probe, name, door }) => {
    const { foreign, nobodys } = probe();
    expect(foreign.every((value) => value !== "")).toBe(true);
    const statuses: number[] = [];
    for (const key of [ours.key, ours.session, ours.compliance, ours.owner]) {
      const answers = new Set<string>();
      for (const value of [...foreign, ...nobodys]) {
        const { status, body } = await ask(value, key);
        statuses.push(status);
        answers.add(JSON.stringify({ status, body: withoutIds(body, value) }));
      }
      expect([...answers], name).toHaveLength(1);
    }
    const isOperators = operations.find((one) => one.name === name)?.permission.startsWith("hall:");
    const expected = isOperators
      ? 403
      : name === "key.create"
        ? 400
        : /^(?:decision.route|dispatch.start|certificate.list)$/.test(name)
          ? 200
          : 404;
    expect(statuses, door).toContain(expected);
    expect(statuses.filter((status) => status !== expected && status !== 403)).toEqual([]);
  });

  it("and each of those doors that only shows opens to its owner", async () => {
    for (const { ask, probe, name, door } of probed) {
      const { rest, permission } = operations.find((one) => one.name === name) as Operation;
      if (rest?.method !== "GET" || permission.startsWith("hall:")) continue;
      for (const value of probe().foreign) {
        const isOther = /^decision\.(?:get|replay)$/.test(name) && value !== theirs.decision;
        const { status } = await ask(value, name === "decision.code-hashes" ? theirs.compliance : theirs.key);
        expect(status, `${door} ${value}`).toBe(isOther ? 404 : 200);
      }
    }
  });
});

/** A body without what differs between any two requests, and without the very value that was sent. */
function withoutIds(body: object | null, value: string): unknown {
  const parsed = JSON.parse(JSON.stringify(body), (_, inner) =>
    typeof inner === "string" ? inner.replaceAll(value, "<sent>") : inner,
  );
  if (typeof parsed !== "object" || parsed === null) return parsed;
  if ("decision_id" in parsed) {
    // Of a decision, all that is said and not what makes each receipt its own.
    const { denied, deny_reason_if_denied, matched_rule_id, candidate_workers_ranked, warnings } = parsed;
    return { denied, deny_reason_if_denied, matched_rule_id, candidate_workers_ranked, warnings };
  }
  return JSON.parse(JSON.stringify(parsed, (key, inner) => (key === "request_id" ? undefined : inner)));
}

it("a worker's id is free for each tenant: enrolling one that the other has makes one's own and changes nothing of theirs", async () => {
  const before = await hall.ask<{ workers: object[] }>("GET", "/wcp/workers", { key: theirs.key });
  const bodies: string[] = [];
  for (const worker_id of [theirs.workerId, "org.nobody.worker"]) {
    const { status, body } = await hall.ask<Record<string, unknown>>("POST", "/enroll", {
      key: ours.key,
      body: withHash({ ...RECORD, worker_species_id: "wrk.other.kind", worker_id }),
    });
    expect(status).toBe(201);
    expect(body.worker_id).toBe(worker_id);
    bodies.push(Object.keys(body).sort().join());
  }
  expect(bodies[0]).toBe(bodies[1]);
  expect((await hall.ask("GET", "/wcp/workers", { key: theirs.key })).text).toBe(before.text);
});

it("a profile's id is free for each tenant: defining one that the other has makes one's own and changes nothing of theirs", async () => {
  const before = await hall.ask("GET", "/wcp/profiles", { key: theirs.key });
  for (const profile_id of [theirs.profileId, "prof.nobody.own"]) {
    const { status } = await hall.ask("PUT", `/wcp/profiles/${profile_id}`, {
      key: ours.session,
      body: { profile: { profile_id, name: "ours", controls_required: ["ctrl.test.other"] } },
    });
    expect(status).toBe(200);
  }
  expect((await hall.ask("GET", "/wcp/profiles", { key: theirs.key })).text).toBe(before.text);
});

it("200 requests of two tenants at once, through two instances, stay apart", async () => {
  const before = await verifiedLedger(house, hall);
  const [oursBefore, theirsBefore] = [ours, theirs].map(({ worker }) => worker.received.length);
  const asked = Array.from({ length: 200 }, (_, n) => {
    const tenant = n % 2 === 0 ? ours : theirs;
    const correlation = `${tenant.correlation}-${n}`;
    return {
      tenant,
      correlation,
      answer: (n % 3 === 0 ? second : hall).ask<DispatchAnswer>(
        "POST",
        n % 10 < 2 ? "/wcp/dispatch" : "/wcp/route",
        {
          key: tenant.key,
          body: request(tenant.identity, {
            correlation_id: correlation,
            request: { text: correlation },
            // Some are denied: their receipts must not stray either.
            ...(n % 7 === 0 && { capability_id: "cap.doc.nothing" }),
          }),
        },
      ),
    };
  });
  for (const { tenant, correlation, answer } of asked) {
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toMatchObject({ tenant_id: tenant.identity, correlation_id: correlation });
    const receipt = await verified(body, hall.verifierKey);
    expect(receipt).toMatchObject({
      chain: tenant.id,
      correlation_id: correlation,
      actor: { id: tenant.keyId },
    });
    if (receipt.worker_id !== null) expect(receipt.worker_id).toBe(tenant.workerId);
    if (body.outcome_receipt?.receipt)
      expect(await verified(body.outcome_receipt as never, hall.verifierKey)).toMatchObject({
        chain: tenant.id,
        worker_id: tenant.workerId,
      });
  }

  const after = await verifiedLedger(house, hall);
  for (const { id, correlation, worker } of [ours, theirs]) {
    const added = after.get(id)?.slice(before.get(id)?.length) ?? [];
    const decisions = added.filter(({ kind }) => kind === "decision");
    expect(decisions).toHaveLength(100);
    for (const receipt of decisions) expect(receipt.correlation_id).toMatch(new RegExp(`^${correlation}-`));
    for (const work of worker.received.slice(worker === ours.worker ? oursBefore : theirsBefore))
      expect(work.request.text).toMatch(new RegExp(`^${correlation}-`));
  }
  expect(ours.worker.received.length).toBeGreaterThan(oursBefore! + 10);
  const { rows } = await house.admin.query(
    `SELECT count(*)::int AS n FROM ledger.receipt r WHERE convert_from(r.body, 'UTF8')::jsonb ->> 'chain' <> r.tenant_id::text`,
  );
  expect(rows[0].n).toBe(0);
});
