import { buildLog } from "@guildhall/attestation/testing";
import { verifySealedReceipt } from "@guildhall/attestation/verify";
import { beforeAll, describe, expect, it } from "vitest";
import { engrave } from "./engraving.ts";
import { openSeal, readSeal, refusedSeal, sealWords } from "./seal.ts";

type Log = Awaited<ReturnType<typeof buildLog>>;
let log: Log;
let sealed: Awaited<ReturnType<Log["seal"]>>;

beforeAll(async () => {
  log = await buildLog(7);
  sealed = await log.seal(3);
});

const states = (reading: ReturnType<typeof readSeal>) =>
  Object.fromEntries(reading.quarters.map(({ name, state }) => [name, state]));

async function check(input: unknown, previous: unknown = log.receipts[2], key = log.key) {
  return readSeal(await verifySealedReceipt(input, key, previous === null ? {} : { previous }));
}

describe("the seal", () => {
  it("is open until something was checked", () => {
    expect(states(openSeal())).toEqual({
      body: "open",
      chain: "open",
      inclusion: "open",
      checkpoint: "open",
    });
    expect(sealWords(openSeal())).toBe("Not checked yet");
  });

  it("fills all four quarters of a genuine receipt", async () => {
    const reading = await check(sealed);
    expect(reading.state).toBe("verified");
    expect(states(reading)).toEqual({
      body: "passed",
      chain: "passed",
      inclusion: "passed",
      checkpoint: "passed",
    });
    expect(sealWords(reading)).toBe("Verified");
  });

  it("leaves the chain open where the receipt before is missing", async () => {
    const reading = await check(sealed, null);
    expect(reading.state).toBe("partial");
    expect(states(reading)).toMatchObject({ chain: "open" });
    expect(sealWords(reading)).toBe("Verified but for chain");
  });

  it("breaks the body where one value was changed, and says which hashes disagree", async () => {
    const reading = await check({ ...sealed, receipt: { ...sealed.receipt, worker_id: "org.evil.worker" } });
    expect(reading).toMatchObject({ state: "broken", code: "HASH_MISMATCH" });
    expect(states(reading)).toEqual({ body: "failed", chain: "open", inclusion: "open", checkpoint: "open" });
    expect(reading.quarters[0]?.detail).toContain(sealed.receipt.receipt_hash);
  });

  it("breaks the body for a text that is no receipt", async () => {
    for (const text of ["", "{", '{"receipt":{},"seal":{}}', "null"])
      expect(states(await check(text))).toMatchObject({ body: "failed", checkpoint: "open" });
  });

  it("breaks the inclusion of a receipt that stands elsewhere in the log", async () => {
    const other = await log.seal(4);
    const reading = await check({ receipt: sealed.receipt, seal: other.seal });
    expect(reading.state).toBe("broken");
    expect(states(reading)).toEqual({
      body: "passed",
      chain: "open",
      inclusion: "failed",
      checkpoint: "open",
    });
  });

  it("breaks for the key of another Hall", async () => {
    const other = await buildLog(1);
    expect((await check(sealed, null, other.key)).state).toBe("broken");
  });

  it("breaks the chain where another receipt is said to come before", async () => {
    expect(states(await check(sealed, log.receipts[0]))).toMatchObject({
      chain: "failed",
      checkpoint: "passed",
    });
  });

  it("fills nothing where the key is refused", () => {
    const reading = refusedSeal("Another key.");
    expect(states(reading)).toEqual(states(openSeal()));
    expect(sealWords(reading)).toBe("Not checked: the key changed");
  });

  it("is engraved alike for one receipt and otherwise for another", async () => {
    expect(engrave(sealed)).toEqual(engrave(await log.seal(3)));
    expect(engrave(sealed).body).not.toEqual(engrave(await log.seal(4)).body);
    for (const heights of Object.values(engrave(sealed))) {
      expect(heights).toHaveLength(18);
      expect(Math.max(...heights)).toBeLessThan(16);
    }
  });
});
