import { readStrictJson } from "@guildhall/protocol";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hall, hallKey, json, log, otherHallKey, resealed, sealed, stranger } from "../../test/forge.ts";
import { signCheckpoint, signReceipt, verifierKey } from "../index.ts";
import { buildLog, SAMPLE_HALL, sampleAct } from "../testing/index.ts";
import { CHECKS, verifySealedReceipt } from "./receipt.ts";
import { VerifyError } from "./verify-error.ts";

const decision = await sealed(0);
const act = await sealed(2);

describe("verifySealedReceipt", () => {
  it("returns the receipt as it was read from the verified text (H-059)", async () => {
    const verdict = await verifySealedReceipt(json(decision), hallKey);
    expect(verdict).toMatchObject({
      ok: true,
      kind: "decision",
      knownKind: true,
      receiptId: decision.receipt.receipt_id,
      treeSize: 9,
    });
    expect(verdict.ok && verdict.receipt).toEqual(decision.receipt);
  });

  it("takes text, its bytes, or an object, and finds the same", async () => {
    const bytes = new Uint8Array(Buffer.from(json(decision)));
    const verdicts = await Promise.all(
      [json(decision), bytes, Buffer.from(bytes), decision].map((input) =>
        verifySealedReceipt(input, hallKey),
      ),
    );
    for (const verdict of verdicts) expect(verdict).toEqual(verdicts[0]);
    expect(verdicts[0]!.ok).toBe(true);
  });

  it("lets an object say once what it is: what is checked is what is returned (H-059)", async () => {
    let reads = 0;
    const shifty = {
      ...decision.receipt,
      get policy_decision() {
        return reads++ === 0 ? "ALLOW" : "DENY";
      },
    };
    const verdict = await verifySealedReceipt({ ...decision, receipt: shifty }, hallKey);
    expect(verdict.ok && verdict.receipt.policy_decision).toBe("ALLOW");
    expect(reads).toBe(1);

    const inherited = Object.assign(Object.create({ evil: true }), decision.receipt);
    const plain = await verifySealedReceipt({ ...decision, receipt: inherited }, hallKey);
    expect(plain.ok && plain.receipt).toEqual(decision.receipt);
  });

  it("does not see changes that are made to its answer or its input afterwards", async () => {
    const input = structuredClone(decision);
    const verdict = await verifySealedReceipt(input, hallKey);
    input.receipt.policy_decision = "DENY";
    expect(verdict.ok && verdict.receipt.policy_decision).toBe("ALLOW");
  });

  it("names both hashes when the body was changed", async () => {
    const verdict = await verifySealedReceipt(json(decision).replace('"seq":0', '"seq":1'), hallKey);
    expect(verdict).toMatchObject({ ok: false, failed: "body", code: "HASH_MISMATCH" });
    const hashes = (!verdict.ok && verdict.message.match(/[0-9a-f]{64}/g)) || [];
    expect(hashes).toHaveLength(2);
    expect(hashes[0]).toBe(decision.receipt.receipt_hash);
    expect(hashes[1]).not.toBe(hashes[0]);
  });

  it("reports every check in order, up to the one that failed", async () => {
    const verdict = await verifySealedReceipt(act, otherHallKey);
    expect(verdict.checks.map(({ name, result }) => `${name} ${result}`)).toEqual([
      "format passed",
      "body passed",
      "signature failed",
      "inclusion skipped",
      "checkpoint skipped",
      "chain skipped",
    ]);
    for (const { detail } of verdict.checks) expect(detail).toMatch(/^[A-Z].*\.$/);
  });

  it("accepts a receipt signed by the old key under a checkpoint of the new one, if it is given both", async () => {
    const newKey = verifierKey(SAMPLE_HALL, stranger.publicKey);
    const head = {
      origin: SAMPLE_HALL,
      treeSize: 9,
      root: Buffer.from(`${act.seal.checkpoint}`.split("\n")[2]!, "base64"),
    };
    const rotated = { ...act, seal: { ...act.seal, checkpoint: await signCheckpoint(stranger, head) } };
    expect((await verifySealedReceipt(rotated, [hallKey, newKey])).ok).toBe(true);
    expect(await verifySealedReceipt(rotated, hallKey)).toMatchObject({
      failed: "checkpoint",
      code: "NOTE_KEY_UNKNOWN",
    });
    expect(await verifySealedReceipt(rotated, newKey)).toMatchObject({ failed: "signature" });
  });

  it("refuses without any key", async () => {
    expect(await verifySealedReceipt(act, [])).toMatchObject({ ok: false, failed: "signature" });
    const unsigned = await resealed(2, {}, { isSigned: false });
    expect(await verifySealedReceipt(unsigned, [])).toMatchObject({ ok: false, failed: "checkpoint" });
    expect(await verifySealedReceipt(unsigned, "")).toMatchObject({ ok: false, code: "KEY_MALFORMED" });
  });

  it("accepts a bare key only for the log that the receipt itself names", async () => {
    const bare = Buffer.from(hall.publicKey).toString("base64");
    expect((await verifySealedReceipt(act, bare)).ok).toBe(true);
    const grafted = await resealed(2, {}, { origin: "other.example.net/log" });
    expect(await verifySealedReceipt(grafted, bare)).toMatchObject({
      failed: "checkpoint",
      code: "ORIGIN_MISMATCH",
    });
  });

  it("accepts whatever the Hall can seal: any details that strict JSON with integers can hold", async () => {
    const text = fc.string({ unit: "binary" }).filter((text) => {
      try {
        readStrictJson(JSON.stringify(text));
        return true;
      } catch {
        return false;
      }
    });
    const key = text.filter((text) => !["__proto__", "constructor", "prototype"].includes(text));
    const { details } = fc.letrec<{ details: unknown; object: Record<string, never> }>((tie) => ({
      object: fc.dictionary(key, tie("details") as never, { maxKeys: 5, noNullPrototype: true }),
      details: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.maxSafeInteger().map((value) => value + 0),
        fc.boolean(),
        fc.constant(null),
        tie("object"),
        fc.array(tie("details") as never, { maxLength: 4 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(details, async (value) => {
        const log = await buildLog(1, {
          signer: hall,
          body: () => sampleAct(0, { details: { value: value as never } }),
        });
        expect(await verifySealedReceipt(JSON.stringify(await log.seal(0)), log.key)).toMatchObject({
          ok: true,
        });
      }),
      { numRuns: 300 },
    );
  });

  it("answers and never throws, whatever it is given", async () => {
    const text = json(act);
    const anything = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      fc.string({ unit: "binary" }),
      fc.uint8Array(),
      fc.json(),
      fc.record({ receipt: fc.anything(), seal: fc.anything() }),
      fc
        .tuple(fc.nat(text.length), fc.nat(40), fc.string())
        .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut)),
    );
    await fc.assert(
      fc.asyncProperty(
        anything,
        fc.oneof(fc.constant(hallKey), fc.string(), fc.array(fc.string())),
        anything,
        async (input, key, previous) => {
          fc.pre(input !== text);
          const verdict = await verifySealedReceipt(input, key, { previous });
          expect(verdict.checks.map(({ name }) => name)).toEqual(CHECKS);
          expect(verdict.ok).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
    for (const input of [undefined, null, () => 1, Symbol("s"), 1n, new Proxy({}, {}), cycle(), throwing()])
      expect(await verifySealedReceipt(input, hallKey)).toMatchObject({ ok: false, failed: "format" });
  });

  it("refuses a text that nests deeper than any receipt, without a deep stack", async () => {
    for (const text of ["[".repeat(100_000), '{"receipt":'.repeat(100_000)])
      expect(await verifySealedReceipt(text, hallKey)).toMatchObject({ code: "JSON_NOT_STRICT" });
  });

  it("changes no prototype", async () => {
    for (const name of ["__proto__", "constructor", "prototype"])
      await verifySealedReceipt(`{"receipt":{"${name}":{"polluted":true}},"seal":{"${name}":{}}}`, hallKey);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("verifySealedReceipt on a platform", () => {
  afterEach(() => vi.restoreAllMocks());

  it("says so where Ed25519 is missing, and does not call the receipt bad", async () => {
    const missing = new DOMException("Unrecognized algorithm name", "NotSupportedError");
    vi.spyOn(globalThis.crypto.subtle, "importKey").mockRejectedValue(missing);
    expect(await verifySealedReceipt(act, hallKey)).toMatchObject({ ok: false, code: "ED25519_UNAVAILABLE" });
  });

  it("calls a signature bad where the platform refuses the key as no point of the curve", async () => {
    const refused = new DOMException("Invalid key", "DataError");
    vi.spyOn(globalThis.crypto.subtle, "importKey").mockRejectedValue(refused);
    expect(await verifySealedReceipt(act, hallKey)).toMatchObject({ ok: false, code: "SIGNATURE_INVALID" });
  });

  it("lets a defect of the platform fly: it is no answer about the receipt", async () => {
    vi.spyOn(globalThis.crypto.subtle, "verify").mockRejectedValue(new Error("out of memory"));
    await expect(verifySealedReceipt(act, hallKey)).rejects.toThrow("out of memory");
    await expect(verifySealedReceipt(act, hallKey)).rejects.not.toBeInstanceOf(VerifyError);
  });
});

describe("a receipt's own signature", () => {
  it("is checked even though the checkpoint would do: a wrong one is never shown as good", async () => {
    const signature = await signReceipt(stranger, log.leafData[2]!);
    const verdict = await verifySealedReceipt({ ...act, receipt: { ...act.receipt, signature } }, hallKey);
    expect(verdict).toMatchObject({ ok: false, failed: "signature", code: "SIGNATURE_INVALID" });
    expect(!verdict.ok && verdict.message).toContain(hall.keyId);
  });
});

function cycle(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}

function throwing(): object {
  return {
    get receipt() {
      throw new TypeError("hostile");
    },
  };
}
