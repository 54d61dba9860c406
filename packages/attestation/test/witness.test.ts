import { describe, expect, it } from "vitest";
import {
  addCheckpoint,
  checkCosignatures,
  consistencyProof,
  cosign,
  FollowedLog,
  openNote,
  parseNote,
  parseVerifierKey,
  parseWitnessKey,
  signCheckpoint,
  type Witness,
  type WitnessedHead,
  witnessKey,
} from "../src/index.ts";
import { buildLog, sampleAct, throwAwaySigner } from "../src/testing/index.ts";
import { hall, hallKey, log, stranger, withLines } from "./forge.ts";

const NAME = "witness.example/w1";
const TIME_S = 1_795_852_800;
const signer = throwAwaySigner(Buffer.alloc(32, 7));
const key = witnessKey(NAME, signer.publicKey);
const fork = await buildLog(9, { signer: hall, body: (index) => sampleAct(index + 500) });

/** A witness that has cosigned the log at `treeSize`. */
async function witnessAt(treeSize: number): Promise<Witness & { heads: Map<string, WitnessedHead> }> {
  const heads = new Map<string, WitnessedHead>();
  const witness: Witness & { heads: typeof heads } = {
    heads,
    logs: new Map([[log.origin, new FollowedLog([hallKey])]]),
    head: (origin) => heads.get(origin) ?? null,
    async advance(origin, expected, next) {
      if ((heads.get(origin) ?? null) !== expected) return false;
      heads.set(origin, next);
      return true;
    },
    cosign: (text) => cosign(signer, NAME, text, TIME_S),
  };
  if (treeSize > 0) {
    const first = await addCheckpoint(await request(0, treeSize), witness);
    expect(first.status).toBe(200);
  }
  return witness;
}

async function request(old: number, size: number, changes: { proof?: string[]; note?: string } = {}) {
  const { note = await log.checkpoint(size) } = changes;
  const proof =
    changes.proof ??
    (old <= size ? await consistencyProof(old, size, log.read) : []).map((hash) =>
      Buffer.from(hash).toString("base64"),
    );
  return [`old ${old}`, ...proof, "", note].join("\n");
}

const HASH = Buffer.alloc(32, 1).toString("base64");

describe("addCheckpoint", () => {
  it("cosigns a log from its first checkpoint on, and only what it grew to", async () => {
    const witness = await witnessAt(0);
    let old = 0;
    for (const size of [3, 3, 4, 9]) {
      const note = await log.checkpoint(size);
      const answer = await addCheckpoint(await request(old, size), witness);
      expect(answer).toMatchObject({
        status: 200,
        body: expect.stringMatching(/^— witness\.example\/w1 \S+\n$/),
      });
      const cosigned = parseNote(note + answer.body);
      expect(await checkCosignatures(cosigned, [await parseWitnessKey(key)])).toEqual([
        { witness: NAME, timeS: TIME_S },
      ]);
      old = size;
      expect(witness.head(log.origin)?.treeSize).toBe(size);
    }
  });

  const cases: [string, number, () => Promise<string>][] = [
    ["no checkpoint", 400, async () => "old 0\n"],
    ["no old size line", 400, async () => `\n${await log.checkpoint(5)}`],
    ["an old size with a zero in front", 400, async () => (await request(4, 5)).replace("old 4", "old 04")],
    ["a negative old size", 400, async () => (await request(4, 5)).replace("old 4", "old -4")],
    ["an old size above the checkpoint's", 400, () => request(6, 5)],
    ["64 proof lines", 400, () => request(4, 5, { proof: Array(64).fill(HASH) })],
    ["a proof line that is no hash", 400, () => request(4, 5, { proof: ["AAAA"] })],
    ["a proof line that is no base64", 400, () => request(4, 5, { proof: ["!"] })],
    ["a checkpoint without a root", 400, async () => `old 4\n\n${log.origin}\n5\n\n— a AAAAAAAA\n`],
    ["no signature line", 400, async () => (await request(4, 5)).replace(/— .*\n$/, "")],
    ["another log", 404, () => request(4, 5, { note: ofOther })],
    ["no signature of the log", 403, () => request(4, 5, { note: byStranger })],
    [
      "a bad signature of the log",
      403,
      async () =>
        (await request(4, 5)).replace(/(— \S+ \S{12})(.)/, (_, a, b) => a + (b === "A" ? "B" : "A")),
    ],
    ["an old size below the one it cosigned", 409, () => request(3, 5)],
    ["an old size of zero, to learn the size", 409, () => request(0, 5)],
    ["an old size above the one it cosigned", 409, () => request(5, 6)],
    ["no proof", 422, () => request(4, 6, { proof: [] })],
    ["a proof of another tree", 422, () => request(4, 6, { proof: [HASH] })],
    ["a proof that is too long", 422, () => request(4, 6, { proof: [HASH, HASH, HASH] })],
    ["a fork", 422, async () => request(4, 9, { note: await fork.checkpoint(9) })],
    ["the same size with another root", 422, async () => request(4, 4, { note: await fork.checkpoint(4) })],
    ["the same size with a proof", 422, () => request(4, 4, { proof: [HASH] })],
    ["an empty tree with a root of leaves", 422, async () => `old 0\n\n${emptyTree}`],
  ];
  it.each(cases)("H-062: %s is %i, and nothing is remembered of it", async (_, status, body) => {
    const witness = await witnessAt(4);
    const before = witness.head(log.origin);
    const answer = await addCheckpoint(await body(), witness);
    expect(answer.status).toBe(status);
    if (answer.status === 409)
      expect(answer).toEqual({ status: 409, contentType: "text/x.tlog.size", body: "4\n" });
    expect(answer.body).not.toContain("— ");
    expect(witness.head(log.origin)).toBe(before);
  });

  it("ignores signatures of keys that it does not know (H-061)", async () => {
    const witness = await witnessAt(4);
    const note = withLines(await log.checkpoint(6), (lines) => [...lines, "— stranger.example AAAAAAAA"]);
    expect(await addCheckpoint(await request(4, 6, { note }), witness)).toMatchObject({ status: 200 });
  });

  it("never rolls back: the race that tlog-witness prints ends with one winner", async () => {
    for (const [first, second] of [
      [6, 9],
      [9, 6],
    ] as const) {
      const witness = await witnessAt(4);
      const { advance } = witness;
      // Both have passed every check before either is stored.
      const gates = new Map<number, PromiseWithResolvers<void>>(
        [first, second].map((size) => [size, Promise.withResolvers<void>()]),
      );
      const arrived: number[] = [];
      witness.advance = async (origin, expected, next) => {
        arrived.push(next.treeSize);
        await gates.get(next.treeSize)!.promise;
        return advance(origin, expected, next);
      };
      const answers = new Map(
        await Promise.all(
          [first, second].map(
            async (size) => [size, { answer: addCheckpoint(await request(4, size), witness) }] as const,
          ),
        ),
      );
      await expect.poll(() => arrived.length).toBe(2);
      const statuses: number[] = [];
      for (const size of [first, second]) {
        gates.get(size)!.resolve();
        statuses.push((await answers.get(size)!.answer).status);
      }
      expect(statuses, `${first} before ${second}`).toEqual([200, 409]);
      expect(witness.head(log.origin)?.treeSize).toBe(first);
    }
  });

  it("does roll back where checking and storing are two steps: the negative control", async () => {
    const witness = await witnessAt(4);
    const gate = Promise.withResolvers<void>();
    witness.advance = async (origin, _, next) => {
      if (next.treeSize === 6) await gate.promise;
      witness.heads.set(origin, next);
      return true;
    };
    const small = addCheckpoint(await request(4, 6), witness);
    await addCheckpoint(await request(4, 9), witness);
    gate.resolve();
    await small;
    expect(witness.head(log.origin)?.treeSize).toBe(6);
  });
});

describe("a cosignature", () => {
  it("holds key id, time and signature, as C2SP's example does", async () => {
    const line =
      "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
    const bytes = Buffer.from(line, "base64");
    expect(bytes.length).toBe(4 + 8 + 64);
    expect(Number(bytes.readBigUInt64BE(4))).toBe(1_679_315_147);
  });

  it("of a known witness that is bad refuses the whole note; of an unknown one it is ignored (H-061)", async () => {
    const note = await log.checkpoint(6);
    const good = (await cosign(signer, NAME, parseNote(note).text, TIME_S)).trimEnd();
    const ofOther = (await cosign(signer, NAME, parseNote(await log.checkpoint(5)).text, TIME_S)).trimEnd();
    const later = good.replace(/ \S+$/, (value) => {
      const bytes = Buffer.from(value.trim(), "base64");
      bytes[11] = bytes[11]! + 1;
      return ` ${bytes.toString("base64")}`;
    });
    const witnesses = [await parseWitnessKey(key)];
    const check = (line: string) =>
      checkCosignatures(parseNote(withLines(note, (lines) => [...lines, line])), witnesses);
    expect(await check(good)).toHaveLength(1);
    for (const bad of [ofOther, later, good.slice(0, 40) + good.slice(44)])
      await expect(check(bad), bad).rejects.toMatchObject({ code: "NOTE_SIGNATURE_INVALID" });
    expect(await check((await cosign(stranger, "witness.other/w", "x", 1)).trimEnd())).toEqual([]);
    // The log's own verifier needs to know nothing of witnesses.
    const opened = await openNote(
      withLines(note, (lines) => [...lines, ofOther]),
      [await parseVerifierKey(hallKey)],
    );
    expect(opened.ignoredSignatures).toBe(1);
  });

  it("is no signature of a log, nor the other way round: the keys have other types (H-054)", async () => {
    await expect(parseVerifierKey(key)).rejects.toMatchObject({ code: "KEY_MALFORMED" });
    await expect(parseWitnessKey(hallKey)).rejects.toMatchObject({ code: "KEY_MALFORMED" });
    await expect(parseWitnessKey(key.replace(/\+(.)/, "+0"))).rejects.toMatchObject({
      code: "KEY_MALFORMED",
    });
  });
});

const head = { treeSize: 5, root: Buffer.alloc(32, 3) };
const ofOther = await signCheckpoint(hall, { ...head, origin: "other.example.net/log" });
const byStranger = await signCheckpoint(stranger, { ...head, origin: log.origin });
const emptyTree = `${log.origin}\n0\n${HASH}\n\n— ${log.origin} ${Buffer.alloc(68).toString("base64")}\n`;
