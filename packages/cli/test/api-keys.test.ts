import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inProcess } from "./hall.ts";
import { type Answer, type HallStandIn, openHall } from "./hall-stand-in.ts";

/** API keys at the terminal: what is asked of the Hall, and where a key's text goes. */

const ID = "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11";
const NEXT = "5a1b2c3d-3f83-4b6e-9d5b-0d7c0a6f3c22";
const RECEIPT = "6b1b2c3d-3f83-4b6e-9d5b-0d7c0a6f3c33";
const KEY = `hall_key_${"0".repeat(32)}_2wjyrI`;
const SESSION = { hallKey: "hall_session_of_a_person" };
const LISTED = {
  id: ID,
  name: "ci",
  hint: "hall_key_0000",
  state: "expires_soon",
  identities: ["tenant-1"],
  scopes: ["decision:make"],
  environments: ["dev"],
  addresses: ["192.0.2.0/24"],
  agent: "invoice-reader",
  requests_per_minute: 60,
  requests_per_day: null,
  created_at: "2026-11-01T00:00:00.000Z",
  expires_at: "2026-12-01T00:00:00.000Z",
  revoked_at: null,
  replaced_by: null,
  last_used_at: "2026-11-28T10:00:00.000Z",
  used_today: 7,
};

let hall: HallStandIn;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-api-keys-"));
  hall = await openHall({
    "/wcp/keys": ({ method }): Answer =>
      method === "GET"
        ? { keys: [LISTED] }
        : { id: ID, key: KEY, expires_at: "2026-12-01T00:00:00.000Z", receipt_id: RECEIPT },
    [`/wcp/keys/${ID}/rotate`]: {
      id: NEXT,
      key: KEY,
      expires_at: null,
      receipt_id: RECEIPT,
      replaced_until: "2026-11-28T11:00:00.000Z",
    },
    [`/wcp/keys/${ID}/revoke`]: { id: ID, revoked_at: "2026-11-28T10:00:00.000Z", receipt_id: RECEIPT },
    "/wcp/keys/report-leak": { received: true },
  });
});
afterAll(async () => {
  await hall?.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (args: string[], input = "", io: object = SESSION) =>
  inProcess(["api-keys", ...args, "--hall", hall.url], input, io);

it("they are listed with what narrows them, when they end, and when they were last used", async () => {
  const { code, out } = await run(["list"]);
  expect(code).toBe(0);
  expect(out.split("\n").slice(0, 4)).toEqual([
    `‖ expires_soon  ci  hall_key_0000…  ${ID}`,
    "  decision:make as tenant-1",
    "  in dev, from 192.0.2.0/24, for the agent invoice-reader, 60 a minute",
    "  last used 2026-11-28T10:00:00.000Z, 7 times today, until 2026-12-01T00:00:00.000Z",
  ]);
});

it("one is made with every option, and its text alone goes to standard output", async () => {
  const { code, out, err } = await run([
    "create",
    ...[
      "--name",
      "ci",
      "--identity",
      "tenant-1",
      "--identity",
      "tenant-2",
      "--scope",
      "route",
      "--scope",
      "read",
    ],
    ...["--environment", "dev", "--address", "192.0.2.0/24", "--agent", "a", "--per-minute", "60"],
    ...["--per-day", "1000", "--expires-in", "30d"],
  ]);
  expect([code, out]).toEqual([0, `${KEY}\n`]);
  expect(err).toContain(ID);
  expect(err).not.toContain(KEY);
  expect(hall.asked.at(-1)).toMatchObject({ method: "POST", authorization: `Bearer ${SESSION.hallKey}` });
  expect(hall.asked.at(-1)?.body).toEqual({
    name: "ci",
    identities: ["tenant-1", "tenant-2"],
    scopes: ["route", "read"],
    environments: ["dev"],
    addresses: ["192.0.2.0/24"],
    agent: "a",
    requests_per_minute: 60,
    requests_per_day: 1000,
    expires_in_seconds: 30 * 86_400,
  });
});

it("one is rotated with a grace that is said, and its text alone goes to standard output", async () => {
  const { code, out, err } = await run(["rotate", ID, "--grace", "1h"]);
  expect([code, out]).toEqual([0, `${KEY}\n`]);
  expect(err).toContain("holds until 2026-11-28T11:00:00.000Z");
  expect(hall.asked.at(-1)?.body).toEqual({ grace_seconds: 3600 });
});

it("one is revoked once somebody has said yes", async () => {
  const before = hall.asked.length;
  const no = await run(["revoke", ID, "--reason", "lost"], "", { ...SESSION, confirm: async () => false });
  expect([no.code, hall.asked.length]).toEqual([1, before]);
  const yes = await run(["revoke", ID, "--reason", "lost", "--yes"]);
  expect([yes.code, hall.asked.at(-1)?.body]).toEqual([0, { reason: "lost" }]);
});

it("a leaked one is reported from a file or standard input, with no credential", async () => {
  const file = join(folder, "found");
  await writeFile(file, `${KEY}\n`);
  for (const [args, input] of [
    [["report-leak", file], ""],
    [["report-leak"], `${KEY}\n`],
  ] as const) {
    const { code, out } = await run([...args], input);
    expect(code).toBe(0);
    expect(out).not.toContain(KEY);
    expect(hall.asked.at(-1)).toMatchObject({ authorization: undefined, body: { key: KEY } });
  }
});

it.each([
  [["list"], { hallKey: KEY }, "no key may do this"],
  [["create", "--name", "n"], SESSION, "--identity"],
  [["create", "--name", "n", "--identity", "t", "--per-day", "0"], SESSION, "--per-day"],
  [["create", "--name", "n", "--identity", "t", "--expires-in", "1y"], SESSION, "--expires-in"],
  [["rotate", ID], SESSION, "--grace"],
  [["rotate", ID, "--grace", "soon"], SESSION, "--grace"],
  [["revoke", ID], SESSION, "--reason"],
  [["revoke", ID, "--reason", "r"], SESSION, "--yes"],
])("%j is wrong, and nothing is sent", async (args, io, says) => {
  const before = hall.asked.length;
  const { code, err } = await run([...args], "", io);
  expect([code, hall.asked.length]).toEqual([2, before]);
  expect(err).toContain(says);
});
