import { createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hall, hallKey } from "../../test/forge.ts";
import { publicKeyObject } from "../signer/public-key.ts";
import { SAMPLE_HALL } from "../testing/index.ts";
import { parseVerifierKey } from "./key.ts";

const publicKey = new Uint8Array(hall.publicKey);
const pem = publicKeyObject(publicKey).export({ format: "pem", type: "spki" }) as string;
const base64 = Buffer.from(publicKey).toString("base64");

describe("parseVerifierKey", () => {
  it("reads a vkey, which names its log", async () => {
    expect(await parseVerifierKey(hallKey)).toEqual({ name: SAMPLE_HALL, publicKey });
    expect(await parseVerifierKey(`${hallKey}\n`, "another.example/log")).toEqual({
      name: SAMPLE_HALL,
      publicKey,
    });
  });

  it("reads PEM and bare base64, which are given the log's name", async () => {
    for (const text of [pem, pem.trimEnd(), pem.replaceAll("\n", "\r\n"), base64, ` ${base64}\n`])
      expect(await parseVerifierKey(text, SAMPLE_HALL), text).toEqual({ name: SAMPLE_HALL, publicKey });
  });

  it("refuses a key without a name", async () => {
    for (const text of [pem, base64])
      for (const origin of [undefined, "", "two words", "plus+sign", "line\nend"])
        await expect(parseVerifierKey(text, origin), `${origin}`).rejects.toMatchObject({
          code: "KEY_MALFORMED",
        });
  });

  it("refuses everything else", async () => {
    const [name, hash, key] = hallKey.split(/\+(.{8})\+/) as [string, string, string];
    const x25519 = createPublicKey({
      key: { kty: "OKP", crv: "X25519", x: Buffer.from(publicKey).toString("base64url") },
      format: "jwk",
    });
    for (const text of [
      "",
      name,
      `${name}+${hash}`,
      `+${hash}+${key}`,
      `${name}+${hash.toUpperCase()}+${key}`,
      `${name}+00000000+${key}`,
      `${name}x+${hash}+${key}`,
      `a b+${hash}+${key}`,
      `${name}+${hash}+${key.slice(0, -1)}`,
      `${name}+${hash}+${key}A`,
      `${name}+${hash}+${base64}`,
      base64.slice(0, -1),
      base64.replace("=", ""),
      Buffer.from(publicKey).toString("hex"),
      pem.replace("PUBLIC", "PRIVATE"),
      pem + pem,
      x25519.export({ format: "pem", type: "spki" }) as string,
      `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`,
    ])
      await expect(parseVerifierKey(text, SAMPLE_HALL), text).rejects.toMatchObject({
        code: "KEY_MALFORMED",
      });
  });
});
