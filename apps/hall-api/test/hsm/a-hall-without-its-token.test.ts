import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modulePath, openToken } from "@guildhall/attestation";
import { type SoftHsm, startSoftHsm } from "@guildhall/attestation/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSettings, SettingsError } from "../../src/env.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

let hsm: SoftHsm;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "guildhall-hsm-start-"));
  hsm = startSoftHsm(process.env);
  hsm.makeToken("hall");
});
afterAll(() => {
  hsm?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** As an operator starts it. @returns everything that it said */
async function start(signer: string): Promise<{ code: number | null; said: string }> {
  const { PATH, NODE_COMPILE_CACHE, SOFTHSM2_CONF } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH,
      NODE_COMPILE_CACHE,
      SOFTHSM2_CONF,
      HALL_DATA_DIR: join(folder, "data"),
      HALL_PORT: "0",
      HALL_LOG_LEVEL: "debug",
      HALL_SIGNER: signer,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said };
}

it("does not start where the token has no key, is away, or refuses the PIN, and says what to do", async () => {
  const keyless = await start(hsm.uri("hall"));
  expect(keyless).toMatchObject({
    code: 1,
    said: expect.stringContaining("Key 6c6f67 of the token hall is not there"),
  });

  hsm.unplug();
  const away = await start(hsm.uri("hall"));
  hsm.plugIn();
  expect(away.code).toBe(1);
  expect(away.said).toMatch(/No token is called hall|The token does not answer/);

  const wrongPin = join(folder, "wrong-pin");
  writeFileSync(wrongPin, "wrong-pin-4711\n", { mode: 0o600 });
  const refused = await start(hsm.uri("hall").replace(/pin-source=.*/, `pin-source=file:${wrongPin}`));
  expect(refused).toMatchObject({
    code: 1,
    said: expect.stringContaining("refused the PIN (CKR_PIN_INCORRECT"),
  });
  for (const { said } of [keyless, away, refused]) {
    expect(said).not.toContain(hsm.pin);
    expect(said).not.toContain("wrong-pin-4711");
    expect(said).not.toContain("    at ");
  }
});

it("does not start with a key that could do more than sign", async () => {
  const token = await openToken({ uri: hsm.parsed("hall"), pin: hsm.pin });
  await token.generate({ id: Buffer.from("p256"), label: "p256", algorithm: "ecdsa-p256" });
  await token.close();
  const { code, said } = await start(hsm.uri("hall").replace("?", ";object=p256?"));
  expect(code).toBe(1);
  expect(said).toContain("is of type ecdsa-p256, and not ed25519");
});

it("a PIN in the URI is refused with all other faults, and is not repeated", () => {
  const settings = { HALL_SIGNER: "pkcs11:token=t?module-path=/l.so&pin-value=s3cret", HALL_PORT: "x" };
  const refusal = () => readSettings(settings);
  expect(refusal).toThrow(SettingsError);
  expect(refusal).toThrow(/HALL_SIGNER: .*pin-source=file:[\s\S]*|HALL_PORT/);
  expect(refusal).not.toThrow(/s3cret/);
});

it("signs each receipt by itself only where the key is a file, unless told otherwise", () => {
  const HALL_SIGNER = `pkcs11:token=t?module-path=${modulePath("softhsm2")}`;
  expect(readSettings({}).receiptSignatures).toBe(true);
  expect(readSettings({ HALL_SIGNER }).receiptSignatures).toBe(false);
  expect(readSettings({ HALL_SIGNER, HALL_RECEIPT_SIGNATURES: "1" }).receiptSignatures).toBe(true);
});
