import { describe, expect, it } from "vitest";
import { signCheckpoint, verifierKey } from "../index.ts";
import { buildLog, readTileOf, sampleAct, throwAwaySigner } from "../testing/index.ts";
import { checkMisbehaviour } from "./misbehaviour.ts";
import { readSeam } from "./seam.ts";

const signer = throwAwaySigner();
const log = await buildLog(13, { signer });
/** The same Hall, the same key, and another history from the start. */
const fork = await buildLog(13, { signer, body: (index) => sampleAct(index + 100) });

const base64 = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString("base64"));
const seam = async (older: number, newer: number, leafData = fork.leafData) =>
  base64(await readSeam(older, newer, readTileOf(leafData)));

const common = {
  format: "guildhall-log-misbehaviour-1",
  origin: log.origin,
  found_at: "2026-11-28T00:00:00Z",
} as const;
const check = (file: object) => checkMisbehaviour(JSON.stringify(file), [log.key]);

const forked = {
  ...common,
  kind: "fork",
  earlier: await log.checkpoint(8),
  later: await fork.checkpoint(13),
  hashes: await seam(8, 13),
};

describe("checkMisbehaviour", () => {
  it("convicts a log that forked, by its own two signatures (H-052, H-053)", async () => {
    expect(await check(forked)).toMatchObject({
      ok: true,
      kind: "fork",
      isProven: true,
      earlier: { treeSize: 8 },
      later: { treeSize: 13 },
    });
    for (const [older, newer] of [
      [3, 13],
      [7, 8],
      [4, 12],
    ] as const)
      expect(
        await check({
          ...forked,
          earlier: await log.checkpoint(older),
          later: await fork.checkpoint(newer),
          hashes: await seam(older, newer),
        }),
      ).toMatchObject({ ok: true, isProven: true });
  });

  it("convicts a log that signed two roots of one size, without any hash", async () => {
    const later = await fork.checkpoint(8);
    expect(await check({ ...forked, later, hashes: [] })).toMatchObject({ ok: true, isProven: true });
    expect(await check({ ...forked, later: forked.earlier, hashes: [] })).toMatchObject({
      ok: false,
      code: "MISBEHAVIOUR_NOT_SHOWN",
    });
  });

  it("never convicts a log that only grew (H-062)", async () => {
    for (let older = 0; older <= 13; older++)
      expect(
        await check({
          ...forked,
          earlier: await log.checkpoint(older),
          later: await log.checkpoint(13),
          hashes: await seam(older, 13, log.leafData),
        }),
      ).toMatchObject({ ok: false, code: "MISBEHAVIOUR_NOT_SHOWN" });
  });

  it("takes hashes for the log's own only where they lead to what it signed", async () => {
    expect(await check({ ...forked, hashes: await seam(8, 13, log.leafData) })).toMatchObject({
      ok: false,
      code: "MISBEHAVIOUR_NOT_SHOWN",
    });
    expect(await check({ ...forked, hashes: [] })).toMatchObject({ ok: false, code: "PROOF_LENGTH_WRONG" });
    expect(await check({ ...forked, hashes: ["AAAA"] })).toMatchObject({ ok: false, code: "SEAL_MALFORMED" });
  });

  it("shows a tree that shrank, and does not call it proven", async () => {
    const rollback = { ...common, kind: "rollback", hashes: [] };
    const [large, small] = [await log.checkpoint(9), await log.checkpoint(4)];
    expect(await check({ ...rollback, earlier: large, later: small })).toMatchObject({
      ok: true,
      kind: "rollback",
      isProven: false,
    });
    expect(await check({ ...rollback, earlier: small, later: large })).toMatchObject({ ok: false });
  });

  it("shows tiles that are not those of the signed tree, and does not call it proven", async () => {
    const tiles = { ...forked, kind: "tiles", later: await log.checkpoint(13) };
    expect(await check(tiles)).toMatchObject({ ok: true, kind: "tiles", isProven: false });
    expect(await check({ ...tiles, hashes: await seam(8, 13, log.leafData) })).toMatchObject({ ok: false });
  });

  it("believes no checkpoint that the key did not sign, or that is of another log", async () => {
    const stranger = throwAwaySigner();
    const head = { treeSize: 13, root: new Uint8Array(32) };
    const byStranger = await signCheckpoint(stranger, { ...head, origin: log.origin });
    expect(await check({ ...forked, later: byStranger })).toMatchObject({
      ok: false,
      code: "NOTE_KEY_UNKNOWN",
    });
    const ofOther = await signCheckpoint(signer, { ...head, origin: "other.example/log" });
    const keys = [log.key, verifierKey("other.example/log", signer.publicKey)];
    expect(await checkMisbehaviour(JSON.stringify({ ...forked, later: ofOther }), keys)).toMatchObject({
      ok: false,
      code: "ORIGIN_MISMATCH",
    });
    expect(await check({ ...forked, earlier: forked.earlier.replace("8", "7") })).toMatchObject({
      ok: false,
      code: "NOTE_SIGNATURE_INVALID",
    });
  });

  it("refuses what is not one strict file of its form", async () => {
    for (const text of ["", "{", "[]", "{}", JSON.stringify({ ...forked, more: 1 })])
      expect(await checkMisbehaviour(text, [log.key])).toMatchObject({ ok: false });
    const twice = JSON.stringify(forked).replace("{", '{"kind":"rollback",');
    expect(await checkMisbehaviour(twice, [log.key])).toMatchObject({ ok: false, code: "JSON_NOT_STRICT" });
  });
});
