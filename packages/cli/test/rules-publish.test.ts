import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { documentDigest } from "@guildhall/attestation";
import { buildLog, type MemoryLog, sampleAct, sampleReceiptId } from "@guildhall/attestation/testing";
import { RuleBundle, type StrictJson } from "@guildhall/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE, hall, inProcess, UNPRINTABLE } from "./hall.ts";
import { type HallStandIn, openHall, sendJson } from "./hall-stand-in.ts";
import { BUNDLE, bundleText, withShadowedRule } from "./rules.ts";
import { SIMULATION } from "./simulation.ts";

const DIGEST = documentDigest(RuleBundle.parse(BUNDLE));
const RECEIPT = sampleReceiptId(0);

let folder: string;
let log: MemoryLog;
let standIn: HallStandIn;
let simulation: { [field: string]: StrictJson };
let published: { [field: string]: StrictJson };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-publish-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  log = await buildLog(1, {
    body: () => sampleAct(0, { kind: "rule", action: "published", subject: DIGEST, details: { number: 12 } }),
  });
  simulation = structuredClone(SIMULATION);
  published = { publication: { number: 12, digest: DIGEST }, receipt_id: RECEIPT, findings: [] };
  standIn = await openHall({
    "/wcp/rules/simulate": () => simulation,
    "/wcp/rules/publish": () => published,
    [`/wcp/receipts/${RECEIPT}`]: async () => JSON.parse(JSON.stringify(await log.seal(0))),
  });
});
afterEach(() => standIn.close());

const KEY = { hallKey: "hall_key_test" };
const publish = (...options: string[]) => publishText(bundleText(), ...options);
const publishText = (text: string, ...options: string[]) =>
  inProcess(
    ["rules", "publish", "-", "--hall", standIn.url, "--note", "Because.", "--yes", ...options],
    text,
    KEY,
  );
const wasPublished = () => standIn.asked.some(({ path }) => path === "/wcp/rules/publish");

describe("hall rules publish", () => {
  it("prints what would change, then the publication's number, digest and receipt; exit code 0", async () => {
    const path = join(folder, "bundle.json");
    await writeFile(path, bundleText());
    const args = ["rules", "publish", path, "--hall", standIn.url, "--note", "Because.", "--yes"];
    const { code, out, err } = await hall([...args, "--key", log.key], {
      env: { HALL_KEY: "hall_key_test" },
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^2 rules; 2 tests passed\.$/m);
    expect(out).toMatch(/^3 of the last 990 requests would be decided otherwise\.$/m);
    expect(out).toMatch(/^Published: number 12\.$/m);
    expect(out).toContain(`${DIGEST} is in force, in place of ${SIMULATION.compared_with}.`);
    expect(out).toContain(`Receipt ${RECEIPT}.`);
    expect(out).toContain("The receipt is genuine, and records this publication.");
  });

  it("sends the bundle as it was written, why, and what it is to replace", async () => {
    await publish();
    expect(standIn.asked).toMatchObject([
      { path: "/wcp/rules/simulate", body: { bundle: bundleText() } },
      {
        method: "POST",
        path: "/wcp/rules/publish",
        authorization: "Bearer hall_key_test",
        body: { bundle: bundleText(), note: "Because.", expected_digest: SIMULATION.compared_with },
      },
    ]);
  });

  it("says so where the receipt was not verified", async () => {
    expect(await publish()).toMatchObject({ code: 0, out: expect.stringContaining("was not verified") });
  });

  it("leaves a bundle alone that is in force already; exit code 0", async () => {
    simulation.compared_with = DIGEST;
    expect(await publish()).toMatchObject({ code: 0, out: expect.stringContaining("In force already") });
    expect(wasPublished()).toBe(false);
  });

  it("publishes where nothing was in force", async () => {
    simulation.compared_with = "none";
    expect(await publish()).toMatchObject({ code: 0, out: expect.stringContaining("in place of nothing.") });
    expect(standIn.asked[1]?.body.expected_digest).toBe("none");
  });
});

describe("the question at the terminal", () => {
  const ask = async (answer: boolean) => {
    const asked: string[] = [];
    const args = ["rules", "publish", "-", "--hall", standIn.url, "--note", "Because."];
    const ran = await inProcess(args, bundleText(), {
      ...KEY,
      confirm: async (question) => {
        asked.push(question);
        return answer;
      },
    });
    return { ...ran, asked };
  };

  it("comes after the totals; yes publishes", async () => {
    const { code, out, asked } = await ask(true);
    expect(asked).toEqual([`Publish ${DIGEST}?`]);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("Published: number 12.") });
  });

  it("no does not, and ends with 1", async () => {
    const { code, out } = await ask(false);
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/otherwise[\s\S]*Not published\.\n$/),
    });
    expect(wasPublished()).toBe(false);
  });

  it("is not asked with --yes", async () => {
    expect(await publish()).toMatchObject({ code: 0 });
  });
});

describe("what a Hall would refuse is refused here, and nothing is sent; exit code 1", () => {
  it.each([
    ["what is no bundle", '{"rules":7}', /✕ bundle +rules: expected a list/],
    ["a rule that can never match", bundleText(withShadowedRule), /✕ rr_late +rr_late has the same match/],
    [
      "a policy test that fails",
      bundleText().replace('"NONE"', '"DENY"'),
      /✕ all else is not spoken of[\s\S]*got +NONE/,
    ],
  ])("%s", async (_, text, message) => {
    const { code, out } = await publishText(text);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(message) });
    expect(standIn.asked).toEqual([]);
  });

  it("policies without a test and warnings are told, and go", async () => {
    const text = bundleText((bundle) => {
      bundle.policies!.push({
        policy_id: "pol.idle",
        when: "request.dry_run",
        effect: "DENY",
        reason: "Idle.",
      });
      (bundle.rules[0]!.decision as { escalation: object }).escalation = { policy_gate: true };
    });
    published = {
      publication: { number: 12, digest: documentDigest(RuleBundle.parse(JSON.parse(text))) },
      receipt_id: RECEIPT,
    };
    expect(await publishText(text)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/2 tests passed; 1 policy has no test; 1 finding that/),
    });
  });
});

describe("what the Hall refuses", () => {
  it.each([
    ["CONFLICT", 409, { reason: "another bundle is in force by now" }],
    ["CONSENT_REQUIRED", 409, {}],
    ["BUNDLE_SHADOWED", 422, { findings: [{ rule_id: "rr_x", sentence: "rr_x never matches." }] }],
    ["BUNDLE_TESTS_FAILED", 422, { results: [{ name: "a test", passed: false }] }],
  ])("is told with its code: %s; exit code 1", async (code, status, detail) => {
    standIn.instead = (response, { path }) =>
      path === "/wcp/rules/publish"
        ? sendJson(response, status, { code, error: "No.", remedy: "Do something.", ...detail })
        : sendJson(response, 200, simulation);
    const ran = await publish();
    expect(ran).toMatchObject({ code: 1, out: expect.not.stringContaining("Published") });
    expect(ran.err).toContain(`The Hall refuses. ${code}: No. Do something.`);
    for (const told of ["rr_x never matches.", "a test", "another bundle is in force by now"])
      expect(ran.err.includes(told)).toBe(JSON.stringify(detail).includes(told));
  });

  it("before anything is published is told too; exit code 1", async () => {
    standIn.instead = (response) =>
      sendJson(response, 422, {
        code: "BUNDLE_INVALID",
        error: "No.",
        problems: [{ rule_id: null, path: "rules[7]", expected: "something newer" }],
      });
    expect(await publish()).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^✕ bundle +rules\[7\]: expected something newer\./),
    });
    expect(wasPublished()).toBe(false);
  });

  it("for want of a permission ends with 2", async () => {
    standIn.instead = (response, { path }) =>
      path === "/wcp/rules/publish"
        ? sendJson(response, 403, { code: "FORBIDDEN", error: "No.", permission: "rule:publish" })
        : sendJson(response, 200, simulation);
    expect(await publish()).toMatchObject({
      code: 2,
      err: expect.stringContaining("It needs rule:publish."),
    });
  });
});

describe("there is no telling; exit code 3", () => {
  it.each<[string, (response: Parameters<NonNullable<HallStandIn["instead"]>>[0]) => void]>([
    ["the answer is lost", (response) => response.destroy()],
    ["the answer is cut", (response) => response.writeHead(200).end('{"publication":')],
    ["the answer says nothing", (response) => sendJson(response, 200, {})],
    ["the Hall breaks", (response) => sendJson(response, 500, { code: "INTERNAL", error: "It failed." })],
    [
      "the ledger is away",
      (response) => sendJson(response, 503, { code: "LEDGER_UNAVAILABLE", error: "Away." }),
    ],
  ])("where %s", async (_, instead) => {
    standIn.instead = (response, { path }) =>
      path === "/wcp/rules/publish" ? instead(response) : sendJson(response, 200, simulation);
    expect(await publish()).toMatchObject({
      code: 3,
      out: expect.not.stringContaining("Published"),
      err: expect.stringContaining("Whether the bundle is in force is not known"),
    });
  });

  it("where another bundle than the one sent is said to be in force", async () => {
    published.publication = { number: 12, digest: `sha256:${"2".repeat(64)}` };
    expect(await publish("--key", log.key)).toMatchObject({
      code: 3,
      err: expect.stringContaining("That is not what was sent"),
    });
  });

  it("where the receipt is not genuine", async () => {
    const other = await buildLog(1);
    expect(await publish("--key", other.key)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/Published: number 12/),
      err: expect.stringMatching(/does not verify/),
    });
  });

  it.each([
    ["another bundle", { kind: "rule", action: "published", subject: `sha256:${"3".repeat(64)}` }],
    ["another act", { kind: "rule", action: "rolled_back", subject: DIGEST }],
    ["another kind", { kind: "policy", action: "published", subject: DIGEST }],
  ] as const)("where the receipt is genuine and of %s", async (_, changes) => {
    log = await buildLog(1, { body: () => sampleAct(0, changes) });
    expect(await publish("--key", log.key)).toMatchObject({
      code: 3,
      err: expect.stringContaining("does not record this publication"),
    });
  });

  it("where the receipt is not there", async () => {
    published.receipt_id = sampleReceiptId(9);
    expect(await publish("--key", log.key)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/The receipt was not read\. NOT_FOUND/),
    });
  });
});

describe("what a Hall says", () => {
  it("cannot write on the terminal", async () => {
    published.receipt_id = HOSTILE;
    (published.publication as { digest: string }).digest = HOSTILE;
    simulation.compared_with = HOSTILE;
    const odd = await publish();
    expect(odd.code).toBe(3);
    standIn.instead = (response, { path }) =>
      path === "/wcp/rules/publish"
        ? sendJson(response, 409, { code: "CONFLICT", error: HOSTILE, remedy: HOSTILE })
        : sendJson(response, 200, simulation);
    const refused = await publish();
    expect(refused.code).toBe(1);
    for (const { out, err } of [odd, refused]) {
      expect(out + err).not.toMatch(UNPRINTABLE);
      expect(out + err).not.toMatch(/^● rule/m);
    }
  });
});

describe("exit code 2, and nothing is sent", () => {
  it.each([
    ["no bundle", ["--hall", "URL", "--note", "n", "--yes"], KEY, /Expected one rule bundle/],
    ["no Hall", ["-", "--note", "n", "--yes"], KEY, /Expected --hall/],
    ["no note", ["-", "--hall", "URL", "--yes"], KEY, /Expected --note/],
    ["a blank note", ["-", "--hall", "URL", "--note", " ", "--yes"], KEY, /Expected --note/],
    ["a long note", ["-", "--hall", "URL", "--note", "n".repeat(1025), "--yes"], KEY, /at most 1024/],
    ["no key", ["-", "--hall", "URL", "--note", "n", "--yes"], {}, /HALL_KEY/],
    ["nobody to ask", ["-", "--hall", "URL", "--note", "n"], KEY, /Expected --yes/],
    [
      "a key that is none",
      ["-", "--hall", "URL", "--note", "n", "--yes", "--key", "a+00000000+AAAA"],
      KEY,
      /--key/,
    ],
    [
      "an API key as the public one",
      ["-", "--hall", "URL", "--note", "n", "--yes", "--key", "hall_key_x"],
      KEY,
      /Revoke/,
    ],
  ])("%s", async (_, args, surroundings, message) => {
    const filled = args.map((arg) => (arg === "URL" ? standIn.url : arg));
    const ran = await inProcess(["rules", "publish", ...filled], bundleText(), surroundings);
    expect(ran).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
    expect(standIn.asked).toEqual([]);
  });

  it("a Hall that cannot be asked", async () => {
    await standIn.close();
    expect(await publish()).toMatchObject({ code: 2, err: expect.stringMatching(/could not be asked/) });
  });
});
