import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE, inProcess, UNPRINTABLE } from "./hall.ts";
import { type HallStandIn, openHall } from "./hall-stand-in.ts";

const WORKER = "org.acme.summarizer.i-1";
const MEASURED = {
  method: "runner-measured",
  at: "2026-11-28T08:00:00.000Z",
  valid_until: "2026-11-28T08:05:00.000Z",
  receipt_id: "0193f1a0-0000-7000-8000-000000000002",
};
const GOOD = {
  worker_id: WORKER,
  worker_version: "1.0.0",
  namespace: "org.acme",
  method: "runner-measured",
  state: "matches",
  measured: MEASURED,
  flagged_since: null,
  flag_receipt_id: null,
  cleared: null,
  registered_at: "2026-11-27T08:00:00.000Z",
  registered_by: "key:0193",
  envelope_digest: `sha256:${"ab".repeat(32)}`,
  receipt_id: "0193f1a0-0000-7000-8000-000000000001",
};

let hall: HallStandIn;
let attestation: object;
beforeAll(async () => {
  hall = await openHall({ [`/wcp/workers/${WORKER}/attestation`]: () => attestation as never });
});
afterAll(() => hall?.close());

const hallKey = "hall_key_x";
const show = (...args: string[]) =>
  inProcess(["attest", "show", ...args, "--hall", hall.url], "", { hallKey });
async function shown(changes: object): Promise<string> {
  attestation = { ...GOOD, ...changes };
  const { code, out, err } = await show(WORKER);
  expect([code, err]).toEqual([0, ""]);
  return out;
}

describe("hall attest show", () => {
  it("says what was registered and what was measured, each with its receipt", async () => {
    const out = await shown({});
    expect(out).toMatch(/^● matches +org\.acme\.summarizer\.i-1 version 1\.0\.0\n/);
    expect(out).toContain(`Registered    ${GOOD.registered_at} by key:0193, receipt ${GOOD.receipt_id}`);
    expect(out).toContain(`a statement by a key of org.acme, ${GOOD.envelope_digest}`);
    expect(out).toContain("Least method  runner-measured");
    expect(out).toContain(`Measured      ${MEASURED.at} by runner-measured, until ${MEASURED.valid_until}`);
    expect(out).not.toContain("Flagged");
    expect(out).not.toContain("Cleared");
  });

  it("says of a tampered one since when, by which measurement, and what ends it", async () => {
    const flag = { flagged_since: "2026-11-28T08:01:00.000Z", flag_receipt_id: "0193-alert" };
    const out = await shown({ state: "flagged", ...flag });
    expect(out).toMatch(/^✕ flagged /);
    expect(out).toContain("until an operator clears the flag with a reason");
    expect(out).toContain(`Differed      ${MEASURED.at} by runner-measured, receipt ${MEASURED.receipt_id}`);
    expect(out).toContain("Flagged       2026-11-28T08:01:00.000Z, alert 0193-alert");
    expect(out).not.toContain(MEASURED.valid_until);
  });

  it("says who cleared the last flag and why, and what to do where nothing counts", async () => {
    const cleared = {
      flagged_at: "2026-11-28T08:01:00.000Z",
      flag_receipt_id: "0193-alert",
      at: "2026-11-28T09:00:00.000Z",
      by: "person:olga",
      reason: "restored from the build",
    };
    const out = await shown({ state: "unmeasured", measured: null, cleared });
    expect(out).toMatch(/^‖ unmeasured /);
    expect(out).toContain("hall runner measure");
    expect(out).toContain("Measured      nothing that counts");
    expect(out).toContain("Cleared       2026-11-28T09:00:00.000Z by person:olga: restored from the build");
    expect(out).toContain("a flag of 2026-11-28T08:01:00.000Z, alert 0193-alert");
    for (const state of ["expired", "key_retired", "something_new"])
      expect(await shown({ state })).toContain(` ${state} `);
  });

  it("prints nothing that moves a cursor, whatever somebody wrote", async () => {
    const cleared = {
      flagged_at: HOSTILE,
      flag_receipt_id: HOSTILE,
      at: HOSTILE,
      by: HOSTILE,
      reason: HOSTILE,
    };
    const out = await shown({ worker_version: HOSTILE, registered_by: HOSTILE, cleared });
    expect(out).not.toMatch(UNPRINTABLE);
    expect(out.split("\n").filter((line) => line.startsWith("●"))).toHaveLength(1);
    expect((await show(WORKER, "--json")).out).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it("ends with 2 and what to do for a worker of which nothing is registered", async () => {
    expect(await show("org.acme.nobody.i-1")).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("`hall attest register` registers a package"),
    });
  });

  it.each(["expected a worker id", "a worker id"])(
    "says once what is expected where the Hall says %j",
    async (expected) => {
      hall.instead = (response) => {
        response.writeHead(422, { "content-type": "application/json" });
        const problems = [{ path: "worker_id", expected }];
        response.end(
          JSON.stringify({ code: "INVALID_REQUEST", error: "It does not follow its schema.", problems }),
        );
      };
      const { code, err } = await show("nobody").finally(() => {
        hall.instead = null;
      });
      expect(code).toBe(2);
      expect(err).toContain("At worker_id: expected a worker id.");
    },
  );

  it("ends with 2 without a worker, without a key, and without a Hall", async () => {
    for (const workers of [[], [WORKER, WORKER]])
      expect(await show(...workers)).toMatchObject({ code: 2, err: expect.stringContaining("one worker") });
    const without = await inProcess(["attest", "show", WORKER, "--hall", hall.url]);
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining("HALL_KEY") });
    const nowhere = ["attest", "show", WORKER, "--hall", "http://127.0.0.1:9"];
    expect(await inProcess(nowhere, "", { hallKey })).toMatchObject({
      code: 2,
      err: expect.stringContaining("could not be asked"),
    });
  });
});
