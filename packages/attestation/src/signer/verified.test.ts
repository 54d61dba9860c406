import { describe, expect, it } from "vitest";
import { throwAwaySigner } from "../testing/index.ts";
import type { Signer } from "./signer.ts";
import { verifiedSigner } from "./verified.ts";

const data = Buffer.from("the bytes to be signed");

describe("verifiedSigner", () => {
  it("hands on a good signature unchanged, and what the signer says of itself", async () => {
    const signer = throwAwaySigner();
    const verified = verifiedSigner(signer);
    expect(await verified.sign(data)).toEqual(await signer.sign(data));
    const { keyId, algorithm, publicKey, module } = signer;
    expect(verified).toMatchObject({ keyId, algorithm, publicKey, module });
  });

  it("refuses a signature with any bit flipped", async () => {
    const signer = throwAwaySigner();
    const good = await signer.sign(data);
    for (let bit = 0; bit < 512; bit++) {
      const bad = Uint8Array.from(good);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      await expect(verifiedSigner(answering(signer, bad)).sign(data), `bit ${bit}`).rejects.toMatchObject({
        name: "SignerError",
        code: "SIGNATURE_INVALID",
        message: expect.stringContaining("nothing was released"),
      });
    }
  });

  it("refuses signatures of other bytes, by another key, of another length, and a verdict that is no signature", async () => {
    const signer = throwAwaySigner();
    const good = await signer.sign(data);
    for (const bad of [
      await signer.sign(Buffer.from("other bytes")),
      await throwAwaySigner().sign(data),
      good.subarray(0, 63),
      Buffer.concat([good, Buffer.of(0)]),
      new Uint8Array(),
      new Uint8Array(64),
    ])
      await expect(verifiedSigner(answering(signer, bad)).sign(data)).rejects.toMatchObject({
        code: "SIGNATURE_INVALID",
      });
  });

  it("hands on the signer's own failure and its end", async () => {
    const signer = throwAwaySigner();
    const verified = verifiedSigner(signer);
    await verified.close();
    await expect(verified.sign(data)).rejects.toMatchObject({ code: "SIGNER_CLOSED" });
  });

  it("refuses a signer whose public key cannot be read, or is of another algorithm than it says", () => {
    const unreadable = { ...throwAwaySigner(), spki: new Uint8Array(44) };
    const other = { ...throwAwaySigner(), algorithm: "rsa" as const };
    for (const signer of [unreadable, other])
      expect(() => verifiedSigner<Signer>(signer)).toThrow(
        expect.objectContaining({ code: "PUBLIC_KEY_MALFORMED" }),
      );
  });
});

/** A device that answers every request with the same bytes. */
function answering(signer: Signer, signature: Uint8Array): Signer {
  return { ...signer, sign: async () => signature };
}
