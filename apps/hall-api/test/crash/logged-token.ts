import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openToken, parsePkcs11Uri } from "@guildhall/attestation";
import { startSoftHsm } from "@guildhall/attestation/testing";
import type { Settings } from "../../src/env.ts";

/** A token whose module writes down what it is asked to sign, before it signs. */
export interface LoggedToken {
  signer: Settings["signer"];
  /** What a Hall's process needs of its environment to find the token and the log. */
  env: NodeJS.ProcessEnv;
  signLog: string;
  remove(): void;
}

const SOURCE = fileURLToPath(new URL("./pkcs11-sign-log.c", import.meta.url));
const LABEL = "crash";

/** @param folder where the built module and its log lie; the token has a folder of its own */
export async function makeLoggedToken(folder: string): Promise<LoggedToken> {
  const module = join(folder, "sign-log.so");
  const cc = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"];
  execFileSync("cc", [...cc, "-o", module, SOURCE, "-ldl"]);

  const hsm = startSoftHsm(process.env);
  hsm.makeToken(LABEL);
  const token = await openToken({ uri: hsm.parsed(LABEL), pin: hsm.pin });
  await token.generate({ id: Buffer.from("log"), label: "log", algorithm: "ed25519" });
  await token.close();

  const signLog = join(folder, "signed.log");
  return {
    signer: {
      kind: "pkcs11",
      uri: parsePkcs11Uri(hsm.uri(LABEL).replace(hsm.modulePath, module), () => null),
    },
    env: { ...process.env, SIGN_LOG_MODULE: hsm.modulePath, SIGN_LOG_FILE: signLog },
    signLog,
    remove: () => hsm.remove(),
  };
}
