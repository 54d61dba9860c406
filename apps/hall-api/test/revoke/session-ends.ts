import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { Random } from "../crash/random.ts";
import type { OpenHall } from "../testing/running-hall.ts";
import { addLink, addMember, type TestTenant } from "../testing/tenant.ts";

/** Every way in which a session ends, each raced by whoever uses it on two instances, with the log as the judge. */

export const WAYS = ["sign-out", "revoke", "end-sessions", "role", "removal"] as const;
export type Way = (typeof WAYS)[number];

export interface Runners {
  random: Random;
  halls: readonly OpenHall[];
  tenant: TestTenant;
  /** The session of an owner, who ends those of others. */
  owner: string;
  admin: pg.Pool;
}

export interface Ended {
  way: Way;
  memberId: string;
  sessionId: string;
  /** The entry that ended it, as its answer named it; null where an answer names none. */
  receiptId: string | null;
  answers: { said: string; isAct: boolean; afterEnd: boolean }[];
}

const LANES = 8;
/** After so many refusals a lane has seen the end. */
const REFUSALS = 2;
/** Acts before the session is ended. */
const BEFORE = 12;
const ASKED_MAX = 4000;

/** Uses a member's session until every lane was refused, and ends it meanwhile. */
export async function raceToTheEnd(runners: Runners, way: Way): Promise<Ended> {
  const { random, halls, tenant } = runners;
  const member = await addMember(halls[0]!.hall, tenant.id, "operator");
  const ended: Ended = {
    ...{ way, memberId: member.id, sessionId: member.sessionId, receiptId: null, answers: [] },
  };
  let hasEnded = false;
  let asked = 0;
  async function lane(): Promise<void> {
    for (let refusals = 0; refusals < REFUSALS && asked < ASKED_MAX; asked++) {
      const [afterEnd, isAct] = [hasEnded, random.chance(0.7)];
      const { status, body } = await use(random.pick(halls), member.session, isAct);
      ended.answers.push({ said: status < 300 ? "done" : `${status} ${body.code}`, isAct, afterEnd });
      if (status >= 300) refusals++;
    }
  }
  const all = Promise.all(Array.from({ length: LANES }, lane));
  while (ended.answers.length < BEFORE) await new Promise((resolve) => setTimeout(resolve, 1));
  ended.receiptId = await end(runners, way, member);
  hasEnded = true;
  await all;
  return ended;
}

/** An act of their own, which leaves an entry, or a look at what only a member sees. */
function use(hall: OpenHall, key: string, isAct: boolean) {
  const body = { name: "raced", public_key: randomBytes(32).toString("base64") };
  return isAct ? hall.ask("POST", "/wcp/runners", { key, body }) : hall.ask("GET", "/wcp/rules", { key });
}

async function end(
  { random, halls, tenant, owner }: Runners,
  way: Way,
  { id, session, sessionId }: { id: string; session: string; sessionId: string },
): Promise<string | null> {
  const hall = random.pick(halls);
  const ask = async (method: string, path: string, body: object, key: string) => {
    const answer = await hall.ask<{ receipt_id?: string }>(method, path, { key, body });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return answer.body.receipt_id ?? null;
  };
  switch (way) {
    case "sign-out":
      return ask("POST", "/wcp/session/end", {}, session);
    case "revoke": {
      const token = await addLink(hall.hall, tenant.id, id);
      const begun = await hall.ask<{ session_token: string }>("POST", "/wcp/session/begin", {
        body: { token },
      });
      return ask("POST", `/wcp/sessions/${sessionId}/revoke`, {}, begun.body.session_token);
    }
    case "end-sessions":
      return ask("POST", `/wcp/members/${id}/end-sessions`, {}, owner);
    case "role":
      return ask("PUT", `/wcp/members/${id}/role`, { role: "auditor" }, owner);
    case "removal":
      return ask("POST", `/wcp/members/${id}/remove`, { reason: "gone" }, owner);
  }
}

/** What the log says against it: nothing, or what must not be. Read as a superuser. */
export async function faultsOf(admin: pg.Pool, ended: Ended): Promise<string[]> {
  const { rows } = await admin.query<{
    leaf: number;
    receipt: string;
    kind: string;
    action: string;
    subject: string;
  }>(
    `SELECT leaf_index::int AS leaf, receipt_id AS receipt, kind, b ->> 'action' AS action, b ->> 'subject' AS subject
     FROM ledger.receipt r, LATERAL (SELECT convert_from(r.body, 'UTF8')::jsonb AS b) AS one
     WHERE b #>> '{actor,id}' = $1 OR b ->> 'subject' IN ($1, $2) ORDER BY leaf_index`,
    [ended.memberId, ended.sessionId],
  );
  const act = rows.findLast(({ receipt, kind, subject }) =>
    ended.receiptId === null
      ? kind === "session" && subject === ended.sessionId
      : receipt === ended.receiptId,
  );
  if (!act) return ["no entry ends the session"];
  const made = rows.filter(({ kind, action }) => kind === "key" && action === "registered");
  const faults = made
    .filter(({ leaf }) => leaf > act.leaf)
    .map(({ leaf }) => `leaf ${leaf} stands after the entry that ended the session, leaf ${act.leaf}`);
  const told = (one: string) => ended.answers.filter(({ said }) => said === one).length;
  const busy = ["503 LEDGER_UNAVAILABLE", "503 FENCE_BUSY"];
  const known = new Set(["done", "401 SESSION_ENDED", ...busy]);
  for (const { said } of ended.answers) if (!known.has(said)) faults.push(`somebody was told ${said}`);
  if (ended.answers.some(({ said, afterEnd }) => afterEnd && said === "done"))
    faults.push("let in after the answer");
  const done = ended.answers.filter(({ said, isAct }) => isAct && said === "done").length;
  const unknown = busy.reduce((sum, one) => sum + told(one), 0);
  if (made.length < done || made.length > done + unknown) faults.push("answers and entries are not as many");
  // A race, not a procession.
  if (done === 0) faults.push("the session was never used");
  if (told("401 SESSION_ENDED") === 0) faults.push("nobody was refused");
  return faults;
}
