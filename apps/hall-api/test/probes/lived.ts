import { namespaceOf, type WorkerId } from "@guildhall/protocol";
import { DEMO_RULES } from "../../src/demo-rules.ts";
import type { AgreementAnswer } from "../../src/operations/agreement/view.ts";
import type { RouteAnswer } from "../../src/operations/decision/answer.ts";
import { bound, DRAFT } from "../testing/agreement.ts";
import { enrollAt, RECORD, request } from "../testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "../testing/http-worker.ts";
import {
  addNamespace,
  addRunner,
  CODE,
  measure,
  OTHER_CODE,
  register,
  statement,
} from "../testing/registered-code.ts";
import type { OpenHall } from "../testing/running-hall.ts";
import { addKey, addLink, addMember, addTenant, type TestTenant } from "../testing/tenant.ts";
import type { Kind } from "./cases.ts";

/** A tenant that has used everything there is to use, and has given up one of everything that can be given up. */
export interface Lived extends TestTenant {
  /** Unguessable, and part of every name and text that the tenant chose. */
  mark: string;
  name: string;
  worker: HttpWorker;
  /** Sessions by role, of whom the operator did most. */
  sessions: Record<"owner" | "operator" | "compliance", string>;
  /** What there is, by what names it. */
  ids: Record<Kind, string[]>;
  /** What there was. */
  gone: Partial<Record<Kind, string[]>>;
  correlation: string;
  link: string;
  bundle: string;
}

type DispatchAnswer = RouteAnswer & { outcome_receipt: { receipt: { receipt_id: string } } | null };
type Ask = <T = Record<string, string>>(
  method: string,
  path: string,
  body?: object,
  key?: string,
  headers?: Record<string, string>,
) => Promise<T>;

export async function live(hall: OpenHall, mark: string, publications: number): Promise<Lived> {
  const name = `t-${mark}`;
  const capability = `cap.${name}.work`;
  const [first] = DEMO_RULES.rules;
  const own = { ...first!, rule_id: `own-of-${mark}`, match: { capability_id: capability } };
  const tenant = await addTenant(hall.hall, { name, rules: { rules: [own, ...DEMO_RULES.rules] } });
  const email = (who: string) => ({ email: `${who}-${mark}@example.test` });
  const operator = await addMember(hall.hall, tenant.id, "operator", email("operator"));
  const compliance = await addMember(hall.hall, tenant.id, "compliance", email("compliance"));
  const owner = await addMember(hall.hall, tenant.id, "owner", email("owner"));
  const sessions = {
    owner: owner.session,
    operator: operator.session,
    compliance: compliance.session,
  };
  const ask: Ask = async (method, path, body, key = sessions.operator, headers = {}) => {
    const answer = await hall.ask(method, path, { key, headers, ...(body && { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.body as never;
  };
  const worker = await startHttpWorker(() => hall.url);
  const workerId = `org.${name}.worker`;
  const enroll = (worker_id: string) =>
    enrollAt(hall, tenant.key, `${worker.url}?${mark}`, {
      record: { ...RECORD, worker_id, contact: `contact of ${mark}` },
    });
  await ask("POST", "/hall/namespaces", { tenant: name, namespace: `org.${name}` }, hall.operatorToken);
  await enroll(workerId);
  const lived = { ...tenant, mark, sessions, workerId };
  // Before what is decided, so that decisions rest on measured code.
  const code = await registerCode(hall, ask, lived);
  const correlation = `correlation-of-${mark}`;
  const decided = await ask<DispatchAnswer>(
    "POST",
    "/wcp/dispatch",
    request(tenant.identity, { correlation_id: correlation, request: { text: `text of ${mark}` } }),
    tenant.key,
    { "idempotency-key": `once-for-${mark}` },
  );
  const hold = await ask<RouteAnswer>(
    "POST",
    "/wcp/route",
    request(tenant.identity, { env: "prod", blast_score: 100, qos_class: "P0", correlation_id: correlation }),
    tenant.key,
  );
  if (hold.pending_approval_id !== hold.decision_id) throw new Error("nothing waits");
  const rules = await govern(ask, mark, publications);
  const certified = await certify(hall, ask, lived);
  const people = await givePowers(hall, ask, lived);
  await enroll(`org.${name}.retired`);
  await ask("POST", `/wcp/workers/org.${name}.retired/retire`, { reason: `retired by ${mark}` });
  await ask("POST", "/api/server/go-online", {}, tenant.key);
  return {
    ...{ ...tenant, mark, name, worker, sessions, correlation, bundle: rules.bundle },
    link: await addLink(hall.hall, tenant.id, operator.id),
    ids: {
      ...{ ...rules.ids, ...certified.ids, ...code.ids, ...people.ids },
      receipt: [decided.decision_id, decided.outcome_receipt?.receipt.receipt_id ?? "", people.act],
      decision: [decided.decision_id],
      key: [tenant.keyId],
      identity: [tenant.identity],
      worker: [workerId],
      capability: [capability],
      session: [operator.sessionId],
      member: [operator.id],
    },
    gone: { ...rules.gone, ...certified.gone, ...code.gone, ...people.gone, worker: [`org.${name}.retired`] },
  };
}

/** Drafts, publications, a run in the shadow, profiles. */
async function govern(ask: Ask, mark: string, publications: number) {
  const profileIds = [`prof.${mark}.own`, `prof.${mark}.retired`];
  const { bundle, digest } = await ask("GET", "/wcp/rules");
  for (let n = 0; n < publications; n++)
    await ask("POST", "/wcp/rules/publish", { bundle, note: `note of ${mark}` });
  const drafts: string[] = [];
  for (const name of ["draft", "discarded draft"])
    drafts.push(
      (await ask("POST", "/wcp/rules/drafts", { name: `${name} of ${mark}`, content: `content of ${mark}` }))
        .id!,
    );
  await ask("POST", `/wcp/rules/drafts/${drafts[1]}/discard`, {});
  await ask("POST", "/wcp/rules/shadow", { bundle });
  const profiles: string[] = [];
  for (const profile_id of profileIds) {
    const profile = { profile_id, name: `profile of ${mark}` };
    profiles.push((await ask("PUT", `/wcp/profiles/${profile_id}`, { profile })).digest!);
  }
  await ask("POST", `/wcp/profiles/${profileIds[1]}/retire`, {});
  await ask("PUT", "/wcp/environments/edge/profile", { profile_id: profileIds[0]! });
  return {
    bundle: bundle!,
    ids: {
      bundle: [digest!],
      draft: [drafts[0]!],
      publication: Array.from({ length: publications }, (_, n) => `${n + 1}`),
      profile: [profileIds[0]!],
      profileDigest: [profiles[0]!],
    },
    gone: { draft: [drafts[1]!], profile: [profileIds[1]!] },
  };
}

type Half = Pick<Lived, "id" | "mark" | "key" | "sessions" | "identity"> & { workerId: string };

/** Certificates of the worker as it is enrolled, and requests for more. */
async function certify(hall: OpenHall, ask: Ask, { mark, sessions, workerId }: Half) {
  const { worker_record_hash: record_hash } = await ask<{ worker_record_hash: string }>(
    "GET",
    `/wcp/workers/${workerId}`,
  );
  const scope = {
    record_hash,
    capabilities: ["cap.doc.summarize"],
    environments: ["prod"],
    data_labels: ["INTERNAL"],
  };
  const issued = [];
  for (let n = 0; n < 2; n++)
    issued.push(
      await ask(
        "POST",
        `/wcp/workers/${workerId}/certificates`,
        { ...scope, expires_in_seconds: 3600 },
        sessions.compliance,
      ),
    );
  const revoked = issued[1]!.certificate_id!;
  await ask(
    "POST",
    `/wcp/certificates/${revoked}/revoke`,
    { reason: "superseded", note: `revoked by ${mark}` },
    sessions.compliance,
  );
  const requested: string[] = [];
  for (let n = 0; n < 2; n++)
    requested.push(
      (
        await ask("POST", `/wcp/workers/${workerId}/certification-requests`, {
          ...scope,
          note: `note ${n} of ${mark}`,
        })
      ).request_id!,
    );
  await ask("POST", `/wcp/certification-requests/${requested[1]}/withdraw`, {});
  const agreements: AgreementAnswer[] = [];
  for (const title of ["agreement", "terminated agreement"])
    agreements.push(
      await ask(
        "POST",
        "/wcp/agreements",
        {
          ...DRAFT,
          title: `${title} of ${mark}`,
          signatory: { name: `name of ${mark}`, address: `address of ${mark}` },
        },
        sessions.owner,
      ),
    );
  await bound(hall, sessions.owner, agreements[0]!);
  const terminated = agreements[1]!.agreement_id;
  await ask("POST", `/wcp/agreements/${terminated}/terminate`, { reason: `over: ${mark}` }, sessions.owner);
  return {
    ids: {
      record: [record_hash],
      certificate: [issued[0]!.certificate_id!],
      certificateDigest: [issued[0]!.digest!],
      certification: [requested[0]!],
      agreement: [agreements[0]!.agreement_id],
      agreementDigest: [agreements[0]!.newest_digest],
    },
    gone: { certificate: [revoked], certification: [requested[1]!], agreement: [terminated] },
  };
}

/** Code that is registered and measured, once as something else, and the runners that measured it. */
async function registerCode(hall: OpenHall, ask: Ask, { id, mark, key, sessions, workerId }: Half) {
  const namespace = await addNamespace(hall, id, namespaceOf(workerId as WorkerId));
  const operator = { operator: sessions.operator };
  const name = `runner of ${mark}`;
  const [runner, retired] = [await addRunner(hall, operator, name), await addRunner(hall, operator, name)];
  const envelope = await statement(namespace.signer, { worker_id: workerId });
  const registered = await register(hall, key, envelope, undefined, workerId);
  if (registered.status !== 201) throw new Error(registered.text);
  for (const hash of [OTHER_CODE, undefined]) {
    const measured = await measure(hall, key, runner.signer, hash ? { hash: hash as never } : {}, workerId);
    if (measured.body.matches !== (hash === undefined)) throw new Error(measured.text);
    if (hash) await ask("POST", `/wcp/workers/${workerId}/flag/clear`, { reason: `cleared by ${mark}` });
  }
  await ask("POST", `/wcp/runners/${retired.id}/retire`, { reason: `gone from ${mark}` });
  await ask("PUT", `/api/v1/workers/${workerId}/attest`, { sha256: CODE, label: `label of ${mark}` }, key);
  return {
    ids: { runner: [runner.id], namespaceKey: [namespace.id] },
    gone: { runner: [retired.id] },
  };
}

/** Roles, keys and members, of each also one that is no more. */
async function givePowers(hall: OpenHall, ask: Ask, tenant: Half) {
  const { mark, sessions, identity } = tenant;
  const roles = [`keeper-of-${mark}`, `retired-of-${mark}`];
  for (const role of roles)
    await ask("PUT", `/wcp/roles/${role}`, { permissions: ["rule:read"] }, sessions.owner);
  await ask("POST", `/wcp/roles/${roles[1]}/retire`, {}, sessions.owner);
  const key = await ask("POST", "/wcp/keys", {
    ...{
      name: `key of ${mark}`,
      identities: [identity],
      agent: `agent of ${mark}`,
      addresses: ["127.0.0.0/8"],
    },
    ...{ environments: ["dev"], requests_per_day: 99 },
  });
  await ask("POST", `/wcp/keys/${key.id}/revoke`, { reason: `found by ${mark}` });
  await addKey(hall.hall, tenant);
  const removed = await addMember(hall.hall, tenant.id, "auditor");
  const act = await ask(
    "POST",
    `/wcp/members/${removed.id}/remove`,
    { reason: `left ${mark}` },
    sessions.owner,
  );
  await ask(
    "POST",
    "/wcp/members",
    { email: `invited-${mark}@example.test`, display_name: `invited by ${mark}`, role: "auditor" },
    sessions.owner,
  );
  const proofs: string[] = [];
  for (const name of [`of-${mark}.example`, `released-of-${mark}.example`])
    proofs.push((await ask("POST", "/wcp/domains", { kind: "email", name }, sessions.owner)).id!);
  await ask("POST", `/wcp/domains/${proofs[1]}/release`, { reason: `given up by ${mark}` }, sessions.owner);
  return {
    act: act.receipt_id!,
    ids: { role: [roles[0]!], proof: [proofs[0]!] },
    gone: {
      proof: [proofs[1]!],
      role: [roles[1]!],
      key: [key.id!],
      member: [removed.id],
      session: [removed.sessionId],
    },
  };
}
