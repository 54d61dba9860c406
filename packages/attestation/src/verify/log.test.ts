import { describe, expect, it } from "vitest";
import { hall, hallKey, log, otherHall, otherHallKey, stranger } from "../../test/forge.ts";
import { appendLeaves, emptyFrontier, signCheckpoint, verifierKey } from "../index.ts";
import { buildLog, SAMPLE_HALL } from "../testing/index.ts";
import { verifyLog } from "./log.ts";

const checkpoint = await log.checkpoint();
const leaves = log.leafData;

describe("verifyLog", () => {
  it("accepts the complete list of leaves, at every size", async () => {
    for (let size = 0; size <= leaves.length; size++)
      expect(await verifyLog(leaves.slice(0, size), await log.checkpoint(size), hallKey)).toMatchObject({
        ok: true,
        origin: SAMPLE_HALL,
        treeSize: size,
      });
  });

  it("finds every leaf removed, doubled, exchanged, changed or added, the last one too (H-051)", async () => {
    const verdict = (list: Uint8Array[]) => verifyLog(list, checkpoint, hallKey);
    for (let at = 0; at < leaves.length; at++) {
      expect(await verdict(leaves.toSpliced(at, 1)), `without ${at}`).toMatchObject({
        code: "LOG_SIZE_MISMATCH",
      });
      expect(await verdict(leaves.toSpliced(at, 0, leaves[at]!)), `${at} twice`).toMatchObject({
        code: "LOG_SIZE_MISMATCH",
      });
      const changed = Uint8Array.from(leaves[at]!);
      changed[31]! ^= 1;
      expect(await verdict(leaves.with(at, changed)), `${at} changed`).toMatchObject({
        code: "ROOT_MISMATCH",
      });
      const next = (at + 1) % leaves.length;
      const exchanged = leaves.with(at, leaves[next]!).with(next, leaves[at]!);
      expect(await verdict(exchanged), `${at} and ${next} exchanged`).toMatchObject({
        code: "ROOT_MISMATCH",
      });
    }
  });

  it("finds a rewritten history by any older checkpoint, though the same key signed both (H-052)", async () => {
    const rewritten = await buildLog(9, { signer: hall, isSigningReceipts: false });
    rewritten.leafData[1] = stranger.publicKey;
    const root = appendLeaves(emptyFrontier(), rewritten.leafData).root;
    const today = await signCheckpoint(hall, { origin: SAMPLE_HALL, treeSize: 9, root });
    expect((await verifyLog(rewritten.leafData, today, hallKey)).ok).toBe(true);
    const kept = await log.checkpoint(5);
    expect(await verifyLog(rewritten.leafData.slice(0, 5), kept, hallKey)).toMatchObject({
      code: "ROOT_MISMATCH",
    });
  });

  it("refuses a checkpoint that the given key does not vouch for (H-057)", async () => {
    expect(await verifyLog(leaves, checkpoint, otherHallKey)).toMatchObject({ code: "ORIGIN_MISMATCH" });
    expect(await verifyLog(leaves, checkpoint, verifierKey(SAMPLE_HALL, otherHall.publicKey))).toMatchObject({
      code: "NOTE_KEY_UNKNOWN",
    });
    expect(await verifyLog(leaves, checkpoint, "no key")).toMatchObject({ code: "KEY_MALFORMED" });
    expect(await verifyLog(leaves, checkpoint.replace("\n9\n", "\n8\n"), hallKey)).toMatchObject({
      code: "NOTE_SIGNATURE_INVALID",
    });
    expect(await verifyLog(leaves, "", hallKey)).toMatchObject({ code: "NOTE_MALFORMED" });
  });
});
