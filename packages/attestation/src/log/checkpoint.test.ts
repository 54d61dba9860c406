import { describe, expect, it } from "vitest";
import { openNote, parseVerifierKey } from "../index.ts";
import { SAMPLE_HALL, throwAwaySigner } from "../testing/index.ts";
import { readCheckpoint } from "../verify/index.ts";
import { checkpointText, signCheckpoint, verifierKey } from "./checkpoint.ts";
import { emptyRoot } from "./merkle.ts";

const head = { origin: SAMPLE_HALL, treeSize: 20_852_163, root: Buffer.alloc(32, 0x2a) };

describe("checkpointText", () => {
  it("is C2SP's: origin, size and root on a line each", () => {
    expect(checkpointText(head)).toBe(`${SAMPLE_HALL}\n20852163\n${"Kioq".repeat(10)}Kio=\n`);
    expect(checkpointText({ ...head, treeSize: 0, root: emptyRoot() })).toBe(
      `${SAMPLE_HALL}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`,
    );
  });

  it("refuses what no verifier would read", () => {
    for (const origin of ["", "two words", "plus+sign", "line\nend", "bell\u0007", "a".repeat(129), "\u0085"])
      expect(() => checkpointText({ ...head, origin }), JSON.stringify(origin)).toThrow(RangeError);
    for (const treeSize of [-1, 0.5, 2 ** 53, Number.NaN])
      expect(() => checkpointText({ ...head, treeSize }), `${treeSize}`).toThrow(RangeError);
    for (const length of [0, 31, 33])
      expect(() => checkpointText({ ...head, root: Buffer.alloc(length) }), `${length}`).toThrow(RangeError);
  });
});

describe("signCheckpoint", () => {
  it("makes a note that opens with the key of verifierKey and says what was signed", async () => {
    const signer = throwAwaySigner();
    for (const treeSize of [1, 255, 256, 2 ** 53 - 1]) {
      const note = await signCheckpoint(signer, { ...head, treeSize });
      const key = await parseVerifierKey(verifierKey(SAMPLE_HALL, signer.publicKey));
      const { text, signers } = await openNote(note, [key]);
      expect(signers).toEqual([key]);
      const { origin, root, ...claim } = await readCheckpoint(text);
      expect({ origin, root: Buffer.from(root), treeSize: claim.treeSize }).toEqual({ ...head, treeSize });
    }
  });
});

describe("verifierKey", () => {
  it("writes a key as Go's note package does", () => {
    const publicKey = Buffer.from("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "base64").subarray(1);
    expect(verifierKey("PeterNeumann", publicKey)).toBe(
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    );
  });
});
