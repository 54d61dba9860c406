import { createHash, verify } from "node:crypto";
import {
  canonicalBody,
  type Instant,
  ReceiptBody,
  type Sha256Hex,
  type UnsequencedBody,
} from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicKeyObject } from "../signer/public-key.ts";
import { sampleAct, sampleDecision, sampleOutcome, throwAwaySigner } from "../testing/index.ts";
import { prepareBody, sequenceBody, sequencePrepared } from "./body.ts";
import { signReceipt } from "./sign.ts";

const place = {
  seq: 7,
  leafIndex: 1234,
  loggedAt: "2026-11-23T16:00:00.001Z" as Instant,
  prevHash: "ab".repeat(32) as Sha256Hex,
};

/** Keys that fall before, between and after those of a place. */
function prefixed(members: Record<string, unknown>): Record<string, unknown> {
  const befores = ["", "leaf_index", "logged_at", "prev_receipt_hash", "seq", "z"];
  return Object.fromEntries(
    Object.entries(members).map(([key, value], i) => [`${befores[i % befores.length]}_${key}`, value]),
  );
}

describe("sequenceBody", () => {
  it("gives a body of its kind's schema, its canonical bytes and their SHA-256", () => {
    for (const unsequenced of [sampleDecision(), sampleOutcome(), sampleAct()]) {
      const { body, bytes, hash } = sequenceBody(unsequenced, place);
      expect(ReceiptBody.parse(JSON.parse(Buffer.from(bytes).toString("utf8")))).toEqual(body);
      expect(Buffer.from(bytes).toString("utf8")).toBe(canonicalBody(body));
      expect(hash).toEqual(createHash("sha256").update(bytes).digest());
      expect(body).toMatchObject({
        seq: 7,
        leaf_index: 1234,
        logged_at: "2026-11-23T16:00:00.001Z",
        prev_receipt_hash: "ab".repeat(32),
      });
    }
  });

  it("leaves the entry as it was, so that it can be sequenced again at another place", () => {
    const unsequenced = sampleDecision();
    const before = structuredClone(unsequenced);
    Object.freeze(unsequenced);
    const first = sequenceBody(unsequenced, place);
    const second = sequenceBody(unsequenced, { ...place, seq: 8, prevHash: null });
    expect(unsequenced).toEqual(before);
    expect(first.body.seq).toBe(7);
    expect(second.body).toMatchObject({ seq: 8, prev_receipt_hash: null });
    expect(sequenceBody(unsequenced, place)).toEqual(first);
    expect(second.hash).not.toEqual(first.hash);
  });

  it("prints what is prepared before its place is known as the whole body prints", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
        (more) => {
          const unsequenced = { ...sampleAct(0, { details: more }), ...prefixed(more) } as UnsequencedBody;
          const { body, bytes } = sequencePrepared(prepareBody(unsequenced), place);
          expect(Buffer.from(bytes).toString("utf8")).toBe(canonicalBody(body));
        },
      ),
    );
  });

  it("refuses a body that gives itself a place", () => {
    for (const field of ["seq", "leaf_index", "logged_at", "prev_receipt_hash"])
      expect(() => prepareBody({ ...sampleAct(), [field]: 7 } as UnsequencedBody)).toThrow(field);
  });

  it("refuses a number that is not an integer: other languages would print it differently", () => {
    const act = sampleAct(0, { details: { score: 0.9 } });
    expect(() => sequenceBody(act, place)).toThrow(
      expect.objectContaining({ code: "CANONICAL_NOT_INTEGER", path: "details.score" }),
    );
  });
});

describe("signReceipt", () => {
  it("signs the 64 ASCII characters of the hash, not its 32 bytes", async () => {
    const signer = throwAwaySigner();
    const { hash } = sequenceBody(sampleAct(), place);
    const signature = Buffer.from(await signReceipt(signer, hash), "base64");
    const hex = Buffer.from(hash).toString("hex");
    const key = publicKeyObject(signer.publicKey);
    expect(verify(null, Buffer.from(hex, "ascii"), key, signature)).toBe(true);
    expect(verify(null, hash, key, signature)).toBe(false);
  });
});
