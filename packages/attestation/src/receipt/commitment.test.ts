import { createHash } from "node:crypto";
import { ArtifactHash } from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commit, commitText, newSalt } from "./commitment.ts";

const salt = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

describe("commit", () => {
  it("is the SHA-256 of the salt and the canonical payload", () => {
    const expected = createHash("sha256").update(salt).update('{"a":0.5,"b":[1,"é"]}').digest("hex");
    expect(commit({ b: [1, "é"], a: 0.5 }, salt)).toBe(`sha256:${expected}`);
    expect(commitText('{"a":0.5,"b":[1,"é"]}', salt)).toBe(`sha256:${expected}`);
    expect(ArtifactHash.safeParse(commit(null, salt)).success).toBe(true);
  });

  it("depends on what the payload says and not on how it was written", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.integer()), (payload) => {
        const turned = Object.fromEntries(Object.entries(payload).reverse());
        expect(commit(turned, salt)).toBe(commit(payload, salt));
        expect(commit({ ...payload, extra: 1 }, salt)).not.toBe(commit(payload, salt));
      }),
    );
  });

  it("tells nothing without the salt: another salt, another commitment", () => {
    expect(commit("yes", newSalt())).not.toBe(commit("yes", newSalt()));
  });

  it("refuses a salt of another length, so that payload bytes cannot pass for salt", () => {
    for (const length of [0, 15, 17, 32])
      expect(() => commit("yes", new Uint8Array(length)), `${length}`).toThrow(RangeError);
  });
});

describe("newSalt", () => {
  it("is 128 bits, never the same, also after the pool of random bytes was filled anew", () => {
    const salts = Array.from({ length: 5000 }, newSalt);
    for (const salt of salts) expect(salt).toHaveLength(16);
    expect(new Set(salts.map((salt) => Buffer.from(salt).toString("hex"))).size).toBe(5000);
  });

  it("belongs to its owner: writing into it changes no other salt", () => {
    const first = newSalt();
    const second = newSalt();
    const kept = Uint8Array.from(second);
    first.fill(0);
    expect(Uint8Array.from(second)).toEqual(kept);
    expect(Uint8Array.from(newSalt())).not.toEqual(new Uint8Array(16));
  });
});
