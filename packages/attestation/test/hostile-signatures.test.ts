import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifySealedReceipt } from "../src/index.ts";
import { isSignatureOf } from "../src/signer/public-key.ts";
import { verifyEd25519 } from "../src/verify/web-crypto.ts";
import { hallKey, json, lineBy, log, resealed, sealed, stranger, withLines } from "./forge.ts";
import { signatureCases } from "./signature-cases.ts";

const PUBLIC = join(import.meta.dirname, "../../../vectors/public");
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

describe("Ed25519 (H-058)", () => {
  it.each(signatureCases)("$name", async ({ public_key, message, signature, is_good }) => {
    expect(await verifyEd25519(bytes(public_key), bytes(signature), bytes(message))).toBe(is_good);
  });

  it("has own cases of every kind", () => {
    expect(signatureCases.length).toBeGreaterThan(35);
    expect(signatureCases.filter(({ is_good }) => is_good)).toHaveLength(1);
  });

  it("accepts the 128 of the authors' own vectors that stand here, and none with a bit flipped", async () => {
    const lines = readFileSync(join(PUBLIC, "ed25519-sign-input.txt"), "utf8").trim().split("\n").slice(1);
    expect(lines).toHaveLength(128);
    for (const [at, line] of lines.entries()) {
      const [key, message, signature] = line.split(":").map(bytes) as [Key, Key, Key];
      expect(await verifyEd25519(key, signature, message), line).toBe(true);
      signature[at % 64]! ^= 1 << (at % 8);
      expect(await verifyEd25519(key, signature, message), line).toBe(false);
    }
  });
});

type Key = Uint8Array<ArrayBuffer>;

describe("P-256 (H-058)", () => {
  const cases = readSigVer(readFileSync(join(PUBLIC, "ecdsa-p256-sha256-sigver.rsp"), "utf8"));

  it("answers as NIST's 15 cases say", () => {
    expect(cases).toHaveLength(15);
    expect(cases.filter(({ isGood }) => isGood)).toHaveLength(3);
    for (const { key, message, signature, isGood } of cases)
      expect(isSignatureOf("ecdsa-p256", key, message, signature)).toBe(isGood);
  });

  const { key, message, signature } = cases.find(({ isGood }) => isGood)!;
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
  const order = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
  const zero = Buffer.alloc(32);
  const der = (...body: Uint8Array[]) =>
    Buffer.concat([Buffer.of(0x30, Buffer.concat(body).length), ...body]);
  const integer = (value: Uint8Array, pad = value[0]! > 0x7f) =>
    Buffer.concat([Buffer.of(0x02, value.length + (pad ? 1 : 0)), ...(pad ? [Buffer.of(0)] : []), value]);

  it.each(
    Object.entries({
      "of nothing": Buffer.alloc(0),
      "cut to 63 bytes": signature.subarray(0, 63),
      "with one byte more": Buffer.concat([signature, Buffer.of(0)]),
      "as DER": der(integer(r), integer(s)),
      "as BER with a long length": Buffer.concat([Buffer.of(0x30, 0x81, 0x46), integer(r), integer(s)]),
      "as BER with padded integers": der(integer(r, true), integer(s, true)),
      "with r of 0": Buffer.concat([zero, s]),
      "with s of 0": Buffer.concat([r, zero]),
      "of zeros": Buffer.alloc(64),
      "with r of the order": Buffer.concat([order, s]),
      "with s of the order": Buffer.concat([r, order]),
      "with r and s of all ones": Buffer.alloc(64, 0xff),
      "with r and s exchanged": Buffer.concat([s, r]),
      "with r in the other byte order": Buffer.concat([Buffer.from(r).reverse(), s]),
    }),
  )("refuses one %s", (_, forged) => {
    expect(isSignatureOf("ecdsa-p256", key, message, forged)).toBe(false);
  });
});

describe("who signed is the key's answer, not the message's", () => {
  const key = hallKey;
  const verdictOf = async (value: object) => {
    const verdict = await verifySealedReceipt(json(value), key);
    return verdict.ok ? "OK" : verdict.code;
  };

  it("no field of a receipt chooses an algorithm or a key (H-055, H-056)", async () => {
    for (const extra of [
      { alg: "none" },
      { alg: "HS256" },
      { signing_key_id: "https://evil.example/key" },
      { signing_key_id: "' OR 1=1 --" },
    ]) {
      // Sealed so by the Hall itself it verifies: the words mean nothing.
      expect(await verdictOf(await resealed(2, extra)), JSON.stringify(extra)).toBe("OK");
      // Sealed so by a stranger it does not.
      expect(await verdictOf(await resealed(2, extra, { signer: stranger })), JSON.stringify(extra)).toBe(
        "SIGNATURE_INVALID",
      );
    }
  });

  it("a thousand signatures are refused unread, and one key twice is one key (H-056)", async () => {
    const receipt = await sealed(2);
    const note = `${receipt.seal.checkpoint}`;
    const twice = {
      ...receipt,
      seal: { ...receipt.seal, checkpoint: withLines(note, (lines) => [lines[0]!, lines[0]!]) },
    };
    expect(await verdictOf(twice)).toBe("OK");
    const thousand = withLines(note, (lines) => Array(1000).fill(lines[0]));
    expect(await verdictOf({ ...receipt, seal: { ...receipt.seal, checkpoint: thousand } })).toBe(
      "SEAL_MALFORMED",
    );
    const line = await lineBy(stranger, "witness.example", note);
    const strangers = withLines(note, () => [line]);
    expect(await verdictOf({ ...receipt, seal: { ...receipt.seal, checkpoint: strangers } })).toBe(
      "NOTE_KEY_UNKNOWN",
    );
  });

  it("another Hall's key, or ours for another Hall's log, is refused by origin (H-057)", async () => {
    expect(await verdictOf(await resealed(2, {}, { origin: "other.example.net/log" }))).toBe(
      "ORIGIN_MISMATCH",
    );
    expect(log.origin).toBe("hall.example.org/log");
  });
});

function readSigVer(
  text: string,
): { key: KeyObject; message: Uint8Array; signature: Uint8Array; isGood: boolean }[] {
  return text
    .split(/\n(?=Msg = )/)
    .filter((block) => block.includes("Result"))
    .map((block) => {
      const of = (name: string) =>
        Buffer.from(new RegExp(`^${name} = ([0-9a-f]+)`, "m").exec(block)![1]!.padStart(64, "0"), "hex");
      const jwk = {
        kty: "EC",
        crv: "P-256",
        x: of("Qx").toString("base64url"),
        y: of("Qy").toString("base64url"),
      };
      return {
        key: createPublicKey({ key: jwk, format: "jwk" }),
        message: of("Msg"),
        signature: Buffer.concat([of("R"), of("S")]),
        isGood: /^Result = P/m.test(block),
      };
    });
}
