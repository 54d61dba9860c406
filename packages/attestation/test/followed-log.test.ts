import { describe, expect, it } from "vitest";
import { addCheckpoint, cosign, FollowedLog, type Witness, type WitnessedHead } from "../src/index.ts";
import { SAMPLE_HALL, throwAwaySigner } from "../src/testing/index.ts";
import { introduced, type KeyName, retired, SIGNERS, sealLeaves, vkeyOf } from "./rotated-log.ts";

/** A log whose key changed at leaf 4 and at leaf 8, as whoever pinned one key follows it. */

const sealed = await sealLeaves();
const history = sealed.filter(({ receipt }) => receipt.kind === "key");
const checkpoint = (index: number) => sealed[index]!.seal.checkpoint;
const following = async (name: KeyName, entries: readonly unknown[] = history) => {
  const log = new FollowedLog([vkeyOf(name)]);
  return { log, verdict: await log.learn(entries) };
};

describe("a log that changed its key twice", () => {
  it("is opened from the first key on at every size, by whoever was away during both", async () => {
    const { log } = await following("first");
    for (const [index, { seal }] of sealed.entries())
      expect(await log.open(seal.checkpoint)).toMatchObject({ origin: SAMPLE_HALL, treeSize: index + 1 });
    expect(log.history).toBe(history);
  });

  it("is not opened beyond the change by whoever was told nothing", async () => {
    const log = new FollowedLog([vkeyOf("first")]);
    expect((await log.open(checkpoint(3))).treeSize).toBe(4);
    await expect(log.open(checkpoint(5))).rejects.toMatchObject({ code: "NOTE_KEY_UNKNOWN" });
  });

  it("is followed by a key that names no log, once the log is named", async () => {
    const raw = Buffer.from(SIGNERS.first.publicKey).toString("base64");
    const log = new FollowedLog([raw]);
    expect(await log.learn(history, SAMPLE_HALL)).toMatchObject({ ok: true });
    expect((await log.open(checkpoint(11))).treeSize).toBe(12);
  });

  it("a retired key's larger tree is nobody's, and a later key's smaller one neither", async () => {
    const { log } = await following("first");
    const by = async (index: number, name: KeyName) =>
      (await sealLeaves({ [index]: { sealers: [name] } }))[index]!.seal.checkpoint;
    await expect(log.open(await by(6, "first"))).rejects.toMatchObject({ code: "KEY_RETIRED" });
    await expect(log.open(await by(3, "third"))).rejects.toMatchObject({ code: "KEY_NOT_YET" });
    // Without the history nobody could tell.
    expect((await new FollowedLog([vkeyOf("first")]).open(await by(6, "first"))).treeSize).toBe(7);
  });

  it("a change that the wrong key made is refused, and what was followed stays", async () => {
    const { log } = await following("first", history.slice(0, 3));
    expect(log.keys).toHaveLength(2);
    const forged = await sealLeaves({
      6: { body: introduced(6, "stranger"), signer: "stranger", sealers: ["stranger"] },
      8: { body: retired(8, "second", "stranger"), signer: "stranger", sealers: ["stranger"] },
    });
    const entries = forged.filter(({ receipt }) => receipt.kind === "key");
    expect(await log.learn(entries)).toMatchObject({ ok: false });
    expect(log.keys).toHaveLength(2);
    await expect(log.open(forged[9]!.seal.checkpoint)).rejects.toMatchObject({ code: "NOTE_KEY_UNKNOWN" });
    // Nor is a change taken back that was followed.
    expect(await log.learn(history.slice(0, 1))).toMatchObject({ ok: false, code: "KEY_HISTORY_BROKEN" });
    expect(await log.learn(history)).toMatchObject({ ok: true });
  });
});

describe("a witness of such a log", () => {
  const signer = throwAwaySigner(Buffer.alloc(32, 7));
  function witnessOf(log: FollowedLog, learn?: () => Promise<boolean>): Witness {
    let head: WitnessedHead | null = null;
    return {
      logs: new Map([[SAMPLE_HALL, log]]),
      ...(learn && { learn }),
      head: () => head,
      async advance(_, expected, next) {
        if (head !== expected) return false;
        head = next;
        return true;
      },
      cosign: (text) => cosign(signer, "witness.example/w1", text, 1),
    };
  }
  const first = (note: string, witness: Witness) => addCheckpoint(`old 0\n\n${note}`, witness);

  it("learns the key that it does not know, once, and cosigns", async () => {
    const log = new FollowedLog([vkeyOf("first")]);
    let asked = 0;
    const witness = witnessOf(log, async () => {
      asked++;
      return (await log.learn(history)).ok;
    });
    expect(await first(checkpoint(9), witness)).toMatchObject({ status: 200 });
    expect(await first(checkpoint(11), witness)).toMatchObject({ status: 409, body: "10\n" });
    expect(asked).toBe(1);
  });

  it("cosigns nothing that a stranger signed, nor a retired key's larger tree, and without a way to learn nothing new", async () => {
    const log = new FollowedLog([vkeyOf("first")]);
    expect(await first(checkpoint(9), witnessOf(log))).toMatchObject({ status: 403 });
    expect(
      await first(
        checkpoint(9),
        witnessOf(log, async () => false),
      ),
    ).toMatchObject({ status: 403 });
    await log.learn(history);
    for (const name of ["stranger", "first"] as const) {
      const note = (await sealLeaves({ 9: { sealers: [name] } }))[9]!.seal.checkpoint;
      expect(
        await first(
          note,
          witnessOf(log, async () => true),
        ),
        name,
      ).toMatchObject({ status: 403 });
    }
  });
});
