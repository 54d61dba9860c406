import { HALL_CHAIN } from "@guildhall/protocol";
import { expect, it } from "vitest";
import { createFold } from "../src/ledger/fold-acts.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 10, 28, 12);
const at = (ms: number) => new Date(NOW_MS + ms).toISOString();

function act(kind: string, action: string, subject: string, details: object): Buffer {
  const actor = { kind: "person", id: "m-1" };
  const rest = { receipt_id: "r", decided_at: at(0), actor, details };
  return Buffer.from(JSON.stringify({ chain: HALL_CHAIN, kind, action, subject, ...rest }));
}

const begun = (id: string, expiresMs: number) =>
  act("session", "begun", id, { factors: "password", token_digest: "sha256:x", expires_at: at(expiresMs) });

it("forgets sessions that have expired and no others, so that memory holds those that open something", () => {
  const fold = createFold();
  fold.apply(0, begun("old", HOUR_MS));
  fold.apply(1, begun("new", 9 * HOUR_MS));
  fold.forgetLapsed(NOW_MS + 2 * HOUR_MS);
  expect([...fold.expected.keys()]).toEqual(["session new"]);
  // What ends then is no matter of one that is forgotten.
  fold.apply(2, act("session", "all_ended", "m-1", {}));
  expect([...fold.expected.keys()]).toEqual(["session new"]);
  expect(fold.expected.get("session new")?.facts.ended_at).toBe(at(0));
});

it("spares the session in which a password was set, and ends the others", () => {
  const fold = createFold();
  for (const [seq, id] of ["one", "two"].entries()) fold.apply(seq, begun(id, HOUR_MS));
  fold.apply(2, act("access", "password_set", "m-1", { spared_session: "two" }));
  const ended = [...fold.expected.values()].map(({ facts }) => facts.ended_at);
  expect(ended).toEqual([at(0), null]);
});

it("takes what is no act, or no text, for nothing", () => {
  const fold = createFold();
  for (const [seq, body] of [Buffer.from("{"), Buffer.from("{}"), act("session", "flown", "x", {})].entries())
    fold.apply(seq, body);
  expect([fold.seq(), fold.expected.size]).toEqual([2, 0]);
});
