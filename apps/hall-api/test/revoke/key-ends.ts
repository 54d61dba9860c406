import type pg from "pg";
import type { Credentials } from "../crash/populate.ts";
import { type Answer, post } from "../crash/post.ts";
import type { Random } from "../crash/random.ts";

/** Every way in which a key ends, each raced by whoever uses it, with the log as the judge. */

/** `grace`: its successor is there and its time runs out. `expiry`: its own time does. */
export const WAYS = ["revoke", "leak", "rotate", "grace", "expiry"] as const;
export type Way = (typeof WAYS)[number];

export interface Runners {
  random: Random;
  urls: readonly string[];
  victim: Credentials;
  /** The victim's operator. */
  session: string;
  lanes?: number;
  /** Answers before the key is ended. */
  before?: number;
}

export interface LiveKey {
  id: string;
  key: string;
  /** From when on it must be refused, where that is told beforehand. */
  untilMs: number | null;
}

export interface Ended extends LiveKey {
  way: Way;
  answers: { said: string; afterEnd: boolean }[];
  /** Where the entry that ended it stands, if an answer told. */
  leafIndex: number | null;
}

/** After so many refusals a lane has seen the end. */
const REFUSALS = 2;
const ASKED_MAX = 20_000;

export async function createKey({ urls, victim, session }: Runners, lifeSeconds?: number): Promise<LiveKey> {
  const body = {
    name: "to be ended",
    identities: [victim.identity],
    scopes: ["decision:make"],
    ...(lifeSeconds !== undefined && { expires_in_seconds: lifeSeconds }),
  };
  const made = await ask<{ id: string; key: string; expires_at: string | null }>(
    urls[0]!,
    "wcp/keys",
    body,
    session,
  );
  return {
    id: made.id,
    key: made.key,
    untilMs: made.expires_at === null ? null : Date.parse(made.expires_at),
  };
}

/** Uses the key on every instance until each lane was refused, and ends it meanwhile. */
export async function raceToTheEnd(runners: Runners, way: Way, key: LiveKey): Promise<Ended> {
  const { random, urls, lanes = 8, before = 12 } = runners;
  const ended: Ended = { ...key, way, answers: [], leafIndex: null };
  let hasEnded = false;
  let asked = 0;
  async function lane(): Promise<void> {
    for (let refusals = 0; refusals < REFUSALS && asked < ASKED_MAX; asked++) {
      const afterEnd = hasEnded;
      const said = saidOf(await route(random.pick(urls), runners.victim, key.key));
      ended.answers.push({ said, afterEnd });
      if (said !== "200") refusals++;
    }
  }
  const all = Promise.all(Array.from({ length: lanes }, lane));
  while (ended.answers.length < before) await new Promise((resolve) => setTimeout(resolve, 1));
  Object.assign(ended, await end(runners, way, key));
  // Whose time runs out ends later than it is told.
  hasEnded = way !== "grace" && way !== "expiry";
  await all;
  return ended;
}

/** Ends it. A time that runs out needs nobody. */
async function end(
  { random, urls, session }: Runners,
  way: Way,
  { id, key }: LiveKey,
): Promise<Partial<Pick<Ended, "untilMs" | "leafIndex">>> {
  const url = random.pick(urls);
  switch (way) {
    case "revoke": {
      const { leaf_index } = await ask<{ leaf_index: number }>(url, `wcp/keys/${id}/revoke`, {}, session);
      return { leafIndex: leaf_index };
    }
    case "leak":
      await ask(url, "wcp/keys/report-leak", { key }, null);
      return {};
    case "rotate":
    case "grace": {
      const body = { grace_seconds: way === "grace" ? 1 : 0 };
      const done = await ask<{ leaf_index: number; replaced_until: string }>(
        url,
        `wcp/keys/${id}/rotate`,
        body,
        session,
      );
      return {
        leafIndex: done.leaf_index,
        ...(way === "grace" && { untilMs: Date.parse(done.replaced_until) }),
      };
    }
    case "expiry":
      return {};
  }
}

/** What the log says against it: nothing, or what must not be. Read as a superuser. */
export async function faultsOf(admin: pg.Pool, ended: Ended, fromLeaf: number): Promise<string[]> {
  const { rows } = await admin.query<{ leaf: number; kind: string; actor: string; body: Buffer }>(
    `SELECT leaf_index::int AS leaf, kind, body FROM ledger.receipt
     WHERE leaf_index >= $1 AND kind IN ('decision', 'key') ORDER BY leaf_index`,
    [fromLeaf],
  );
  const entries = rows.map(({ leaf, kind, body }) => ({ leaf, kind, ...JSON.parse(body.toString("utf8")) }));
  const made = entries.filter(({ kind, actor }) => kind === "decision" && actor.id === ended.id);
  const act = entries.find(
    ({ kind, action, subject }) => kind === "key" && action !== "created" && subject === ended.id,
  );
  const faults: string[] = [];
  if (ended.untilMs !== null) {
    const late = made.filter(({ decided_at }) => Date.parse(decided_at) >= ended.untilMs!);
    faults.push(...late.map(({ leaf }) => `leaf ${leaf} was decided after the key's end`));
  } else {
    if (!act) return ["no entry ends the key"];
    if (ended.leafIndex !== null && act.leaf !== ended.leafIndex)
      faults.push("the answer named another leaf");
    const late = made.filter(({ leaf }) => leaf > act.leaf);
    faults.push(...late.map(({ leaf }) => `leaf ${leaf} stands after the entry that ended the key`));
  }
  const refusal = ended.way === "grace" || ended.way === "expiry" ? "401 KEY_EXPIRED" : "401 KEY_REVOKED";
  const told = (one: string) => ended.answers.filter(({ said }) => said === one).length;
  // On a crowded machine the ledger may refuse; what was asked then may have been recorded all the same.
  const unknown = told("503 LEDGER_UNAVAILABLE") + told("503 FENCE_BUSY");
  const known = new Set(["200", refusal, "503 LEDGER_UNAVAILABLE", "503 FENCE_BUSY"]);
  for (const { said } of ended.answers) if (!known.has(said)) faults.push(`somebody was told ${said}`);
  if (ended.answers.some(({ said, afterEnd }) => afterEnd && said === "200"))
    faults.push("let in after the answer");
  if (made.length < told("200") || made.length > told("200") + unknown)
    faults.push("answers and decisions are not as many");
  // A race, not a procession.
  if (made.length === 0) faults.push("the key was never used");
  if (told(refusal) === 0) faults.push("nobody was refused");
  return faults;
}

export async function treeSize(admin: pg.Pool): Promise<number> {
  const { rows } = await admin.query<{ tree_size: string }>("SELECT tree_size FROM ledger.log_head");
  return Number(rows[0]!.tree_size);
}

function saidOf(answer: Answer): string {
  if (answer.status === null) return "nothing";
  return answer.status === 200
    ? "200"
    : `${answer.status} ${(JSON.parse(answer.text) as { code: string }).code}`;
}

let count = 0;

function route(url: string, { identity }: Credentials, key: string): Promise<Answer> {
  const body = JSON.stringify({
    capability_id: "cap.doc.summarize",
    env: "dev",
    data_label: "INTERNAL",
    tenant_risk: "low",
    qos_class: "P2",
    tenant_id: identity,
    correlation_id: `e${++count}`,
    request: {},
  });
  return post(`${url}/wcp/route`, body, { authorization: `Bearer ${key}` });
}

async function ask<T>(url: string, path: string, body: object, bearer: string | null): Promise<T> {
  const headers: Record<string, string> = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  const answer = await post(`${url}/${path}`, JSON.stringify(body), headers);
  if (answer.status === null || answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return JSON.parse(answer.text) as T;
}
