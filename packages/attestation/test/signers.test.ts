import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSignatureOf, keyIdOf, rawPublicKey, spkiObject } from "../src/signer/public-key.ts";
import { KEY_ALGORITHMS, type KeyAlgorithm, type Signer } from "../src/signer/signer.ts";
import { openSoftwareKey, openSoftwareSigner } from "../src/signer/software.ts";
import { openToken, type Token } from "../src/signer/token.ts";
import { type SoftHsm, startSoftHsm } from "../src/testing/index.ts";

/** What every signer promises, wherever its key lives. */

let hsm: SoftHsm;
let token: Token;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hall-signers-"));
  hsm = startSoftHsm(process.env);
  hsm.makeToken("suite");
  token = await openToken({ uri: hsm.parsed("suite"), pin: hsm.pin });
});
afterAll(async () => {
  await token?.close();
  hsm?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const HOMES: Record<string, (algorithm: KeyAlgorithm) => Promise<Signer>> = {
  "software file": (algorithm) => {
    const path = join(folder, `${algorithm}.pem`);
    return algorithm === "ed25519" ? openSoftwareSigner(path) : openSoftwareKey(path, algorithm);
  },
  "software token: SoftHSM v2": async (algorithm) => {
    const id = Buffer.from(algorithm);
    const isThere = (await token.list()).some((key) => key.id === id.toString("hex"));
    if (!isThere) await token.generate({ id, label: algorithm, algorithm });
    return token.signer({ id, algorithm, pin: null });
  },
};

describe.each(Object.keys(HOMES))("a signer whose key lives in: %s", (home) => {
  describe.each(KEY_ALGORITHMS)("%s", (algorithm) => {
    let signer: Signer;
    beforeAll(async () => {
      signer = await (HOMES[home] as (typeof HOMES)[string])(algorithm);
    });

    it("says what it is", () => {
      expect(signer).toMatchObject({ algorithm, module: expect.stringContaining(home) });
      const key = spkiObject(signer.spki, algorithm);
      expect(signer.keyId).toBe(keyIdOf(algorithm === "ed25519" ? rawPublicKey(key) : signer.spki));
      expect(signer.available()).toBe(true);
      expect(signer).not.toHaveProperty("privateKey");
    });

    it("signs one byte and 64 kB, so that its public key verifies them and no others", async () => {
      const key = spkiObject(signer.spki, algorithm);
      for (const length of [1, 31, 32, 33, 65_536]) {
        const data = Buffer.alloc(length, length);
        const signature = await signer.sign(data);
        expect(isSignatureOf(algorithm, key, data, signature), `${length} bytes`).toBe(true);
        expect(isSignatureOf(algorithm, key, Buffer.concat([data, Buffer.of(0)]), signature)).toBe(false);
        const flipped = Uint8Array.from(signature);
        flipped[0]! ^= 1;
        expect(isSignatureOf(algorithm, key, data, flipped)).toBe(false);
      }
    });

    it("gives signatures of the length that the algorithm has", async () => {
      const bytes = { ed25519: 64, "ecdsa-p256": 64, rsa: 384 }[algorithm];
      expect(await signer.sign(Buffer.from("data"))).toHaveLength(bytes);
    });

    it("keeps apart what is signed at once", async () => {
      const key = spkiObject(signer.spki, algorithm);
      const all = Array.from({ length: 40 }, (_, i) => Buffer.from(`message ${i}`));
      const signatures = await Promise.all(all.map((data) => signer.sign(data)));
      all.forEach((data, i) => {
        expect(isSignatureOf(algorithm, key, data, signatures[i] as Uint8Array)).toBe(true);
      });
    });

    it("signs with the same key when it is opened again, and not after it was closed", async () => {
      const again = await (HOMES[home] as (typeof HOMES)[string])(algorithm);
      expect(again.spki).toEqual(signer.spki);
      await again.close();
      await again.close();
      expect(again.available()).toBe(false);
      await expect(again.sign(Buffer.from("data"))).rejects.toMatchObject({ code: "SIGNER_CLOSED" });
    });
  });
});
