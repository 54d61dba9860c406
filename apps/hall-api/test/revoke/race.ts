import type pg from "pg";
import type { Credentials } from "../crash/populate.ts";
import { type Answer, post } from "../crash/post.ts";
import type { Random } from "../crash/random.ts";

/** One key, revoked while many requests use it on every instance, with other tenants' load beside it. */
export interface Race {
  keyId: string;
  /** Answers to requests with the key, by when they were asked. */
  answers: { answer: Answer; afterRevocation: boolean }[];
  /** Answers to the other tenants meanwhile. */
  others: { answer: Answer; afterRevocation: boolean }[];
  /** Where the revocation stands in the log, as its answer said. */
  leafIndex: number;
}

export interface RaceOptions {
  random: Random;
  urls: readonly string[];
  victim: Credentials;
  /** The victim's operator. */
  session: string;
  others: readonly Credentials[];
  requests: number;
}

const VICTIM_LANES = 64;
const OTHER_LANES = 8;
/** So many of the others' requests are asked after the revocation, however soon the victim's are done. */
const OTHERS_AFTER_LEAST = 20;

export async function race(options: RaceOptions): Promise<Race> {
  const { random, urls, victim, session, others, requests } = options;
  const key = await createKey(urls[0]!, victim, session);
  const result: Race = { keyId: key.id, answers: [], others: [], leafIndex: -1 };
  const revokeAfter = random.whole(Math.floor(requests * 0.3), Math.floor(requests * 0.6));

  let asked = 0;
  async function victimLane(): Promise<void> {
    while (asked < requests) {
      asked++;
      const afterRevocation = result.leafIndex >= 0;
      const answer = await route(random.pick(urls), victim, key.key);
      result.answers.push({ answer, afterRevocation });
    }
  }
  let racing = true;
  let othersAfter = 0;
  async function otherLane(): Promise<void> {
    while (racing || othersAfter < OTHERS_AFTER_LEAST) {
      const tenant = random.pick(others);
      const afterRevocation = result.leafIndex >= 0;
      if (afterRevocation) othersAfter++;
      const answer = await route(random.pick(urls), tenant, tenant.apiKey);
      result.others.push({ answer, afterRevocation });
    }
  }
  const victims = Promise.all(Array.from({ length: VICTIM_LANES }, victimLane));
  const beside = Promise.all(Array.from({ length: OTHER_LANES }, otherLane));
  while (result.answers.length < revokeAfter) await new Promise((resolve) => setTimeout(resolve, 1));
  const revoked = await post(`${random.pick(urls)}/wcp/keys/${key.id}/revoke`, "{}", bearer(session));
  if (revoked.status !== 200) throw new Error(`not revoked: ${JSON.stringify(revoked)}`);
  result.leafIndex = (JSON.parse(revoked.text) as { leaf_index: number }).leaf_index;
  await victims;
  racing = false;
  await beside;
  return result;
}

/** What the log says of a key, read as a superuser. */
export interface KeyHistory {
  /** The leaf of the entry that revoked it. */
  revokedAt: number;
  decisions: number;
  allowedBefore: number;
  /** Leaves of decisions made with it that stand after its revocation: there must be none. */
  after: number[];
  /** Decisions of other tenants that stand after it. */
  othersAfter: number;
}

export async function historyOf(admin: pg.Pool, keyId: string): Promise<KeyHistory> {
  const { rows } = await admin.query<KeyHistory>(HISTORY, [keyId]);
  return rows[0]!;
}

const HISTORY = `
  WITH entry AS (
    SELECT r.leaf_index::int AS leaf, r.tenant_id AS tenant, convert_from(r.body, 'UTF8')::jsonb AS body FROM ledger.receipt r
  ), revoked AS (
    SELECT leaf, tenant FROM entry WHERE body ->> 'kind' = 'key' AND body ->> 'action' = 'revoked' AND body ->> 'subject' = $1
  ), made AS (
    SELECT leaf, body ->> 'policy_decision' AS outcome FROM entry
    WHERE body ->> 'kind' = 'decision' AND body #>> '{actor,id}' = $1
  )
  SELECT (SELECT leaf FROM revoked) AS "revokedAt",
    (SELECT count(*)::int FROM made) AS decisions,
    (SELECT count(*)::int FROM made, revoked WHERE made.outcome = 'ALLOW' AND made.leaf < revoked.leaf) AS "allowedBefore",
    (SELECT coalesce(array_agg(made.leaf ORDER BY made.leaf), '{}') FROM made, revoked WHERE made.leaf > revoked.leaf) AS after,
    (SELECT count(*)::int FROM entry, revoked
     WHERE entry.body ->> 'kind' = 'decision' AND entry.tenant <> revoked.tenant AND entry.leaf > revoked.leaf) AS "othersAfter"`;

export async function signIn(url: string, { signInLink }: Credentials): Promise<string> {
  const begun = await post(`${url}/wcp/session/begin`, JSON.stringify({ token: signInLink }));
  if (begun.status !== 201) throw new Error(`not signed in: ${JSON.stringify(begun)}`);
  return (JSON.parse(begun.text) as { session_token: string }).session_token;
}

async function createKey(url: string, { identity }: Credentials, session: string) {
  const body = JSON.stringify({ name: "to be revoked", identities: [identity], scopes: ["decision:make"] });
  const created = await post(`${url}/wcp/keys`, body, bearer(session));
  if (created.status !== 201) throw new Error(`no key: ${JSON.stringify(created)}`);
  return JSON.parse(created.text) as { id: string; key: string };
}

let asked = 0;

function route(url: string, { identity }: Credentials, key: string): Promise<Answer> {
  const body = JSON.stringify({
    capability_id: "cap.doc.summarize",
    env: "dev",
    data_label: "INTERNAL",
    tenant_risk: "low",
    qos_class: "P2",
    tenant_id: identity,
    correlation_id: `r${++asked}`,
    request: {},
  });
  return post(`${url}/wcp/route`, body, bearer(key));
}

function bearer(secret: string): Record<string, string> {
  return { authorization: `Bearer ${secret}` };
}
