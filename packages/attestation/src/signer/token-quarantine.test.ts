import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type SoftHsm, startSoftHsm } from "../testing/index.ts";
import { openToken, type TokenState } from "./token.ts";

/** SoftHSM gives no wrong signatures, so here the verdict on a good one is turned round. */
const verdict = vi.hoisted(() => ({ isWrong: false }));
vi.mock("./public-key.ts", async (original) => {
  const real = await original<typeof import("./public-key.ts")>();
  return {
    ...real,
    isSignatureOf: (...args: Parameters<typeof real.isSignatureOf>) =>
      !verdict.isWrong && real.isSignatureOf(...args),
  };
});

let hsm: SoftHsm;
beforeAll(() => {
  hsm = startSoftHsm(process.env);
  hsm.makeToken("one");
});
afterAll(() => hsm?.remove());

it("H-092: a wrong signature is not released, and the token is not asked again", async () => {
  const told: TokenState[] = [];
  const token = await openToken({
    uri: hsm.parsed("one"),
    pin: hsm.pin,
    onState: (state) => told.push(state),
  });
  try {
    const id = Buffer.from("log");
    await token.generate({ id, label: "log", algorithm: "ed25519" });
    const signer = await token.signer({ id, algorithm: "ed25519", pin: null });
    expect(await signer.sign(Buffer.from("data"))).toHaveLength(64);
    verdict.isWrong = true;
    await expect(signer.sign(Buffer.from("data"))).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
    verdict.isWrong = false;
    expect(signer.available()).toBe(false);
    await expect(signer.sign(Buffer.from("data"))).rejects.toMatchObject({ code: "TOKEN_STOPPED" });
    await expect(token.list()).rejects.toMatchObject({ code: "TOKEN_STOPPED" });
    expect(told).toEqual(["stopped"]);
  } finally {
    await token.close();
  }
});
