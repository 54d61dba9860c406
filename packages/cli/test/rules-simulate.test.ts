import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE, hall, inProcess, UNPRINTABLE } from "./hall.ts";
import { type HallStandIn, openHall, sendJson } from "./hall-stand-in.ts";
import { bundleText } from "./rules.ts";
import { SIMULATION } from "./simulation.ts";

let folder: string;
let standIn: HallStandIn;
let simulation: { [field: string]: unknown };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-simulate-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  simulation = structuredClone(SIMULATION);
  standIn = await openHall({ "/wcp/rules/simulate": () => simulation as typeof SIMULATION });
});
afterEach(() => standIn.close());

const KEY = { hallKey: "hall_key_test" };
const simulate = (...options: string[]) =>
  inProcess(["rules", "simulate", "-", "--hall", standIn.url, ...options], bundleText(), KEY);

describe("hall rules simulate", () => {
  it("prints totals, groups and the first changes; exit code 0", async () => {
    const path = join(folder, "bundle.json");
    await writeFile(path, bundleText());
    const { code, out, err } = await hall(["rules", "simulate", path, "--hall", standIn.url], {
      env: { HALL_KEY: "hall_key_test" },
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^3 of the last 990 requests would be decided otherwise\.$/m);
    expect(out).toContain(`Compared with what is in force: ${SIMULATION.compared_with}.`);
    expect(out).toContain("Left out: 10 requests that broke RouteInput");
    expect(out).toContain("Left out: 4 requests whose receipts say too little");
    expect(out).toMatch(/^By outcome\n {6}2 {2}ALLOW to DENY\n {6}1 {2}DENY to HOLD$/m);
    expect(out).toMatch(/^By rule\n {6}3 {2}rr_summarize$/m);
    expect(out).toMatch(/^By tenant\n {6}2 {2}tenant-1\n {6}1 {2}tenant-2$/m);
    expect(out).toMatch(/^By worker\n {6}2 {2}org\.acme\.reader\.i-1\n {6}1 {2}none$/m);
    expect(out).toMatch(
      /^The first 2 of them\n01935-1 {2}cap\.doc\.summarize for tenant-1\n {4}now {3}ALLOW by rr_summarize to org\.acme\.reader\.i-1\n {4}then {2}DENY DENY_NO_MATCHING_RULE by NO_MATCH$/m,
    );
  });

  it("sends the bundle as it was written, how many requests, and the key where keys go", async () => {
    await simulate();
    await simulate("--last", "17");
    expect(standIn.asked).toMatchObject([
      { method: "POST", authorization: "Bearer hall_key_test", body: { bundle: bundleText(), last: 1000 } },
      { body: { bundle: bundleText(), last: 17 } },
    ]);
  });

  it("with --fail-on-change ends with 1 where something changes, else with 0", async () => {
    expect(await simulate("--fail-on-change")).toMatchObject({ code: 1 });
    simulation = { ...simulation, changed: 0, changes: [] };
    expect(await simulate("--fail-on-change")).toMatchObject({
      code: 0,
      out: expect.stringContaining("None of the last 990 requests"),
    });
  });

  it("with --json gives programs the Hall's answer, in ASCII", async () => {
    simulation.by_tenant = { "tenant-é": 3 };
    const { code, out } = await simulate("--json");
    expect(code).toBe(0);
    expect(out).toMatch(/^[\n\x20-\x7e]+$/);
    expect(JSON.parse(out)).toEqual(simulation);
  });

  it("shows the largest ten of each group and counts the rest", async () => {
    simulation.by_tenant = Object.fromEntries(Array.from({ length: 13 }, (_, at) => [`t-${at}`, at + 1]));
    const { out } = await simulate();
    expect(out).toMatch(/^By tenant\n {5}13 {2}t-12\n/m);
    expect(out).toMatch(/^ {9}and 3 more$/m);
  });

  it("of what is no bundle says what is wrong, without asking; exit code 1", async () => {
    const args = ["rules", "simulate", "-", "--hall", standIn.url];
    expect(await inProcess(args, '{"rules":7}', KEY)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^✕ bundle +rules: expected a list/),
    });
    expect(JSON.parse((await inProcess([...args, "--json"], "{}", KEY)).out).problems).toHaveLength(1);
    expect(standIn.asked).toEqual([]);
  });

  it("tells what the Hall itself finds wrong with a bundle; exit code 1", async () => {
    standIn.instead = (response) =>
      sendJson(response, 422, {
        code: "BUNDLE_INVALID",
        error: "Not a bundle.",
        problems: [{ rule_id: "rr_x", path: "match", expected: "something else" }],
      });
    expect(await simulate()).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /✕ rr_x +match: expected something else\.\n.*BUNDLE_INVALID: Not a bundle\./,
      ),
    });
  });

  it("lets nothing that a Hall says write on the terminal", async () => {
    const verdict = { outcome: HOSTILE, code: HOSTILE, rule: HOSTILE, worker: HOSTILE };
    simulation = {
      ...simulation,
      compared_with: HOSTILE,
      by_rule: { [HOSTILE]: 1 },
      changes: [
        { decision_id: HOSTILE, capability_id: HOSTILE, tenant_id: HOSTILE, before: verdict, after: verdict },
      ],
    };
    const good = await simulate();
    expect(good.code).toBe(0);
    standIn.instead = (response) =>
      sendJson(response, 422, {
        code: "BUNDLE_INVALID",
        error: HOSTILE,
        remedy: HOSTILE,
        problems: [{ rule_id: HOSTILE, path: HOSTILE, expected: HOSTILE }, 7, null],
        findings: [{ sentence: HOSTILE }],
        results: [{ name: HOSTILE }],
      });
    const bad = await simulate();
    expect(bad.code).toBe(1);
    for (const { out, err } of [good, bad]) expect(out + err).not.toMatch(UNPRINTABLE);
    expect(`${good.out}${bad.err}`).not.toMatch(/^● rule/m);
  });
});

describe("exit code 2", () => {
  it.each([
    ["no Hall", ["-"], KEY, /Expected --hall/],
    ["no key", ["-", "--hall", "URL"], {}, /HALL_KEY/],
    ["no bundle", ["--hall", "URL"], KEY, /Expected one rule bundle/],
    ["no number", ["-", "--hall", "URL", "--last", "many"], KEY, /--last/],
    ["0 requests", ["-", "--hall", "URL", "--last", "0"], KEY, /--last/],
    ["too many requests", ["-", "--hall", "URL", "--last", "10001"], KEY, /--last/],
    ["a key on the command line", ["-", "--hall", "URL", "--key", "hall_key_x"], KEY, /--key/],
    ["no such key file", ["-", "--hall", "URL", "--key-file", "/nowhere/x"], KEY, /no such file/],
    ["an address with a password", ["-", "--hall", "http://a:b@c"], KEY, /without a user/],
  ])("%s", async (_, args, surroundings, message) => {
    const filled = args.map((arg) => (arg === "URL" ? standIn.url : arg));
    const ran = await inProcess(["rules", "simulate", ...filled], bundleText(), surroundings);
    expect(ran).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
    expect(standIn.asked).toEqual([]);
  });

  it.each([
    ["refuses the key", 401, { code: "KEY_REVOKED", error: "The key was revoked." }, /KEY_REVOKED/],
    ["has no right for it", 403, { code: "FORBIDDEN", error: "No.", permission: "rule:read" }, /rule:read/],
    [
      "does not read the request",
      400,
      { code: "INVALID_REQUEST", error: "No.", problems: [{ path: "last", expected: "less" }] },
      /last: expected less/,
    ],
    ["answers with something else", 200, { hello: 1 }, /has no asked/],
    ["says how many in words", 200, { ...SIMULATION, changed: "three" }, /has no changed/],
    ["is no Hall", 404, "<html>", /not strict JSON/],
  ])("where the Hall %s", async (_, status, body, message) => {
    standIn.instead = (response) =>
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    expect(await simulate()).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
  });

  it("where the Hall sends the question elsewhere, with the key", async () => {
    standIn.instead = (response) => response.writeHead(307, { location: "http://127.0.0.1:9/" }).end();
    expect(await simulate()).toMatchObject({ code: 2, err: expect.stringMatching(/redirect/) });
  });
});
