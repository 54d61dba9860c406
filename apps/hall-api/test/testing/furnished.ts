import { canonicalJson, type RuleBundleInput, type Sha256Hex } from "@guildhall/protocol";
import { remindOfRenewals } from "../../src/certification/renewals.ts";
import { DEMO_RULES } from "../../src/demo-rules.ts";
import { agreed, agreementAct, bound, DRAFT } from "./agreement.ts";
import { RECORD, withHash } from "./enrolled-worker.ts";
import { furnishPeople } from "./furnished-people.ts";
import type { HttpWorker } from "./http-worker.ts";
import { addNamespace, addRunner, measure, OTHER_CODE, register, statement } from "./registered-code.ts";
import type { OpenHall } from "./running-hall.ts";
import { type Settled, settle } from "./settled.ts";
import { addConnection } from "./single-sign-on.ts";
import { addMember } from "./tenant.ts";

/** A tenant that has done everything an operator can do, most of it twice. */
export interface Furnished extends Settled {
  /** The compliance officer's session. */
  officer: string;
}

const PROFILE = { profile_id: "prof.test.own", name: "Own" };

export async function furnish(hall: OpenHall, worker: HttpWorker): Promise<Furnished> {
  const tenant = await settle(hall, worker);
  const { session: officer } = await addMember(hall.hall, tenant.id, "compliance");
  const ask = asker(hall, tenant.operator);
  await ask("POST", "/enroll", withHash({ ...RECORD, risk_tier: "medium" }), tenant.key);
  await ask("PUT", `/wcp/workers/${RECORD.worker_id}/transport`, { kind: "http", url: `${worker.url}/two` });
  for (const act of ["suspend", "resume"])
    await ask("POST", `/wcp/workers/${RECORD.worker_id}/${act}`, { reason: "a look at it" });
  await wire(ask, tenant);
  const { session: owner } = await addMember(hall.hall, tenant.id, "owner");
  await roles(ask, owner);
  await furnishPeople(hall, ask, owner);
  await agreements(hall, owner);
  await domains(ask, owner);
  await addConnection(hall, tenant.id);
  await standing(ask, hall.operatorToken, tenant.identity.replace(/\.test$/, ""));
  await keys(ask, tenant);
  await rules(ask);
  await profiles(ask);
  await certificates(ask, officer);
  await requests(hall, ask, officer);
  await beside(ask, (await addMember(hall.hall, tenant.id)).session);
  await code(hall, ask, tenant);
  return { ...tenant, officer };
}

type Ask = ReturnType<typeof asker>;

function asker(hall: OpenHall, operator: string) {
  return async (method: string, path: string, body?: object | string, key = operator) => {
    const question = { ...(key !== "" && { key }), ...(body !== undefined && { body }) };
    const answer = await hall.ask<Record<string, string>>(method, path, question);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.body;
  };
}

async function wire(ask: Ask, { key }: Settled): Promise<void> {
  for (const digit of ["1", "2"])
    await ask("PUT", `/api/v1/workers/${RECORD.worker_id}/attest`, { sha256: digit.repeat(64) }, key);
  for (const state of ["online", "offline"]) await ask("POST", `/api/server/go-${state}`, {}, key);
}

async function roles(ask: Ask, owner: string): Promise<void> {
  for (const name of ["readers", "writers"])
    await ask("PUT", `/wcp/roles/${name}`, { permissions: ["alert:read"] }, owner);
  await ask("POST", "/wcp/roles/writers/retire", {}, owner);
}

async function domains(ask: Ask, admin: string): Promise<void> {
  await ask("POST", "/wcp/domains", { kind: "email", name: "furnished.example" }, admin);
  const { id } = await ask("POST", "/wcp/domains", { kind: "namespace", name: "org.other" }, admin);
  await ask("POST", `/wcp/domains/${id}/release`, { reason: "not theirs" }, admin);
}

async function standing(ask: Ask, token: string, tenant: string): Promise<void> {
  for (const standing of ["degraded", "ok"])
    await ask("PUT", `/hall/tenants/${tenant}/standing`, { standing, reason: "a bill" }, token);
  for (const namespace of ["org.furnished", "x.other"])
    await ask("POST", "/hall/namespaces", { tenant, namespace }, token);
  await ask("POST", "/hall/namespaces/x.other/release", { reason: "not theirs" }, token);
}

async function keys(ask: Ask, { identity }: Settled): Promise<void> {
  const body = { name: "one", identities: [identity] };
  await ask("POST", "/wcp/keys", { ...body, expires_in_seconds: 3600 });
  const { id } = await ask("POST", "/wcp/keys", body);
  await ask("POST", `/wcp/keys/${id}/revoke`, {});
  const narrow = {
    environments: ["dev"],
    addresses: ["127.0.0.0/8", "::1"],
    agent: "one",
    requests_per_day: 99,
  };
  const old = await ask("POST", "/wcp/keys", { ...body, ...narrow });
  const next = await ask("POST", `/wcp/keys/${old.id}/rotate`, { grace_seconds: 600 });
  await ask("POST", `/wcp/keys/${next.id}/rotate`, { grace_seconds: 0 });
}

/** The demo's rules and the same once more with another default, so that there are two bundles. */
async function rules(ask: Ask): Promise<void> {
  const other: RuleBundleInput = { ...DEMO_RULES, rules: DEMO_RULES.rules.slice(0, 1) };
  for (const bundle of [DEMO_RULES, other])
    await ask("POST", "/wcp/rules/publish", { bundle: canonicalJson(bundle), note: "n" });
  await ask("POST", "/wcp/rules/roll-back", { number: 1, note: "back" });
}

async function profiles(ask: Ask): Promise<void> {
  const path = `/wcp/profiles/${PROFILE.profile_id}`;
  await ask("PUT", path, { profile: PROFILE });
  await ask("PUT", path, { profile: { ...PROFILE, name: "Own again" } });
  await ask("PUT", "/wcp/environments/stage/profile", { profile_id: PROFILE.profile_id });
  await ask("PUT", "/wcp/environments/edge/profile", { profile_id: PROFILE.profile_id });
  await ask("PUT", "/wcp/environments/edge/profile", { profile_id: null });
  const passing = { profile: { ...PROFILE, profile_id: "prof.test.passing" } };
  await ask("PUT", "/wcp/profiles/prof.test.passing", passing);
  await ask("POST", "/wcp/profiles/prof.test.passing/retire", {});
}

async function certificates(ask: Ask, officer: string): Promise<void> {
  const { artifact_hash: record_hash } = JSON.parse(withHash({ ...RECORD, risk_tier: "medium" }));
  const path = `/wcp/workers/${RECORD.worker_id}/certificates`;
  const scope = {
    capabilities: ["cap.doc.summarize", "cap.doc.classify"],
    environments: ["stage", "prod"],
    data_labels: ["RESTRICTED", "INTERNAL"],
    expires_in_seconds: 90 * 24 * 3600,
  };
  const first = await ask("POST", path, { record_hash, ...scope }, officer);
  const renewed = { expires_in_seconds: 100 * 24 * 3600 };
  await ask("POST", `/wcp/certificates/${first.certificate_id}/renew`, renewed, officer);
  const second = await ask("POST", path, { record_hash, ...scope }, officer);
  await ask(
    "POST",
    `/wcp/certificates/${second.certificate_id}/revoke`,
    { reason: "privilege_withdrawn" },
    officer,
  );
}

/** One in force in its second version, with a third drafted; one suspended, one resumed, one terminated. */
async function agreements(hall: OpenHall, owner: string): Promise<void> {
  const first = await agreed(hall, owner);
  const versions = `/${first.agreement_id}/versions`;
  await bound(hall, owner, (await agreementAct(hall, owner, versions, { draft: DRAFT })).body);
  await agreementAct(hall, owner, versions, { draft: DRAFT });
  for (const acts of [["suspend"], ["suspend", "resume"], ["terminate"]]) {
    const { agreement_id } = await agreed(hall, owner);
    for (const act of acts) {
      const { status, text } = await agreementAct(hall, owner, `/${agreement_id}/${act}`, { reason: act });
      if (status !== 200) throw new Error(text);
    }
  }
}

/** What was asked of the officer: granted, refused, withdrawn and still open. And a certificate that ends soon. */
async function requests(hall: OpenHall, ask: Ask, officer: string): Promise<void> {
  const { artifact_hash: record_hash } = JSON.parse(withHash({ ...RECORD, risk_tier: "medium" }));
  const scope = {
    capabilities: ["cap.doc.summarize"],
    environments: ["stage"],
    data_labels: ["INTERNAL", "RESTRICTED"],
  };
  const request = async () => {
    const path = `/wcp/workers/${RECORD.worker_id}/certification-requests`;
    return `/wcp/certification-requests/${(await ask("POST", path, { record_hash, ...scope })).request_id}`;
  };
  const granted = await request();
  const { evidence } = (await ask("GET", granted, undefined, officer)) as { evidence?: { digest?: string } };
  const checklist = ["controls", "attestation", "envelope"].map((check) => ({
    check,
    accepted: true,
    note: "as it is",
  }));
  const ends = { expires_in_seconds: 30 * 24 * 3600 };
  await ask("POST", `${granted}/grant`, { evidence_digest: evidence?.digest, checklist, ...ends }, officer);
  await ask("POST", `${await request()}/refuse`, { reason: "no", checklist: checklist.slice(1) }, officer);
  await ask("POST", `${await request()}/withdraw`, {});
  await request();
  await remindOfRenewals(hall.hall);
}

/** Beside the rules in force: a draft that a second person consented to, shadow runs that ended and that go on. */
async function beside(ask: Ask, another: string): Promise<void> {
  const bundle = canonicalJson({ ...DEMO_RULES, rules: DEMO_RULES.rules.slice(1) });
  const { id } = await ask("POST", "/wcp/rules/drafts", { name: "mine", content: bundle });
  await ask("POST", `/wcp/rules/drafts/${id}/consent`, { revision: 1 }, another);
  await ask("POST", "/wcp/rules/shadow", { bundle });
  await ask("POST", "/wcp/rules/shadow/end", {});
  await ask("POST", "/wcp/rules/shadow", { bundle });
}

async function code(hall: OpenHall, ask: Ask, tenant: Settled): Promise<void> {
  const namespace = await addNamespace(hall, tenant.id);
  const runner = await addRunner(hall, tenant);
  for (let n = 0; n < 2; n++) await register(hall, tenant.key, await statement(namespace.signer));
  await measure(hall, tenant.key, runner.signer);
  await measure(hall, tenant.key, runner.signer, { hash: OTHER_CODE as Sha256Hex });
  await ask("POST", `/wcp/workers/${RECORD.worker_id}/flag/clear`, { reason: "put right" });
  await measure(hall, tenant.key, runner.signer, { hash: OTHER_CODE as Sha256Hex });
  const other = await addRunner(hall, tenant);
  await ask("POST", `/wcp/runners/${other.id}/retire`, { reason: "gone" });
}
