import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE, inProcess, UNPRINTABLE } from "./hall.ts";
import { type HallStandIn, openHall } from "./hall-stand-in.ts";

const GOOD = {
  name: "witness.example/w1",
  key: "witness.example/w1+0a1b2c3d+BAAA",
  tree_size: 40,
  cosigned_at: "2026-11-28T08:00:00.000Z",
  behind_leaves: 0,
  failure: null,
  contradiction: null,
};
const failing = (code: string, status: number | null = null) => ({
  ...GOOD,
  failure: { code, status, at: "2026-11-28T08:05:00.000Z" },
});

let hall: HallStandIn;
let health: { witnesses?: object };
beforeAll(async () => {
  hall = await openHall({ "/wcp/health": () => health as never });
});
afterAll(() => hall?.close());

const list = (...more: string[]) =>
  inProcess(["witnesses", "list", "--hall", hall.url, ...more], "", { hallKey: "hall_key_x" });
const asked = (...witnesses: object[]) => {
  health = {
    witnesses: {
      configured: witnesses.length,
      unwitnessed_leaves: 0,
      unwitnessed_s: 0,
      contradicted: [],
      asked: witnesses,
    },
  };
};

describe("hall witnesses list", () => {
  it("says of each what it has cosigned, when, and how far it is behind", async () => {
    asked(
      GOOD,
      { ...GOOD, name: "w2", behind_leaves: 1 },
      { ...GOOD, name: "w3", tree_size: 0, behind_leaves: 40 },
    );
    const { code, out, err } = await list();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/● cosigned +witness\.example\/w1\n {2}witness\.example\/w1\+0a1b2c3d\+BAAA\n/);
    expect(out).toContain("It has cosigned 40 leaves at 2026-11-28T08:00:00.000Z; nothing sealed since.");
    expect(out).toMatch(/‖ behind +w2\n.*\n.*; 1 leaf sealed since\./);
    expect(out).toMatch(/‖ behind +w3\n.*\n {2}It has cosigned nothing of this log yet\./);
    expect(out).toContain("A witness has cosigned everything that is sealed.");
  });

  it("says why one did not cosign, and who can do something", async () => {
    const said: [object, string][] = [
      [failing("UNREACHABLE"), "it could not be reached"],
      [failing("ANSWER_INVALID"), "its answer holds no cosignature by the key in HALL_WITNESSES"],
      [failing("STATUS", 404), "it answered 404. It does not know this log"],
      [failing("STATUS", 500), "it answered 500. Its operator knows more."],
      [failing("SOMETHING_NEW"), "SOMETHING_NEW"],
    ];
    for (const [witness, sentence] of said) {
      asked(witness);
      const { code, out } = await list();
      expect(code).toBe(0);
      expect(out).toContain(`Asked last at 2026-11-28T08:05:00.000Z: ${sentence}`);
      expect(out).toMatch(/‖ failing /);
    }
  });

  it("puts a contradiction before all else", async () => {
    const more = { tree_size: 90, is_fork: false };
    asked(
      { ...failing("UNREACHABLE"), contradiction: more },
      { ...GOOD, contradiction: { tree_size: 40, is_fork: true } },
    );
    const { out } = await list();
    expect(out.match(/✕ contradicts/g)).toHaveLength(2);
    expect(out).toContain("It has cosigned 90 leaves, more than this Hall shows.");
    expect(out).toContain("It has cosigned another history of 40 leaves.");
  });

  it("says how to have one where none is configured", async () => {
    health = {};
    const { code, out } = await list();
    expect(code).toBe(0);
    expect(out).toContain("No witness is configured");
    expect(out).toContain("HALL_WITNESSES");
  });

  it("prints nothing that moves a cursor, whatever a witness is called", async () => {
    asked({ ...failing(HOSTILE), name: HOSTILE, key: HOSTILE, cosigned_at: HOSTILE });
    const { out } = await list();
    expect(out).not.toMatch(UNPRINTABLE);
    expect(out.split("\n").filter((line) => line.startsWith("●"))).toEqual([]);
    expect((await list("--json")).out).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it("ends with 2 without a key, without a Hall, and where the answer is none", async () => {
    const without = await inProcess(["witnesses", "list", "--hall", hall.url]);
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining("HALL_KEY") });
    const nowhere = ["witnesses", "list", "--hall", "http://127.0.0.1:9"];
    expect(await inProcess(nowhere, "", { hallKey: "hall_key_x" })).toMatchObject({
      code: 2,
      err: expect.stringContaining("could not be asked"),
    });
    health = { witnesses: { configured: 1 } };
    expect(await list()).toMatchObject({ code: 2, err: expect.stringContaining("has no asked") });
  });
});
