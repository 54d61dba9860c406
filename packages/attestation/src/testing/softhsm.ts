import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modulePath } from "../signer/module-paths.ts";
import { type Pkcs11Uri, parsePkcs11Uri } from "../signer/pkcs11-uri.ts";

/** A SoftHSM of a test's own: its folder, its configuration in this process's environment, its tokens. */
export interface SoftHsm {
  modulePath: string;
  /** Initialises a token, which has no key yet. */
  makeToken(label: string, pin?: string): void;
  /** The URI of a token, and what it says. */
  uri(label: string): string;
  parsed(label: string): Pkcs11Uri;
  pin: string;
  /** Takes every token away, as if it were unplugged, and plugs it in again. */
  unplug(): void;
  plugIn(): void;
  remove(): void;
}

const PIN = "correct-horse-71";

/**
 * @param env this process's: the module reads SOFTHSM2_CONF there at C_Initialize, and so do the processes we start
 */
export function startSoftHsm(env: NodeJS.ProcessEnv): SoftHsm {
  const library = modulePath("softhsm2");
  if (library === null) throw new Error("SoftHSM is not installed; `npm test` installs it where it may");
  const folder = mkdtempSync(join(tmpdir(), "guildhall-softhsm-"));
  const tokens = join(folder, "tokens");
  const pinFile = join(folder, "pin");
  mkdirSync(tokens);
  writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 });
  const conf = join(folder, "softhsm2.conf");
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  env.SOFTHSM2_CONF = conf;
  const uri = (label: string) =>
    `pkcs11:token=${encodeURIComponent(label)}?module-path=${library}&pin-source=file:${pinFile}`;
  return {
    modulePath: library,
    pin: PIN,
    makeToken(label, pin = PIN) {
      const so = ["--so-pin", "officer-1234", "--pin", pin];
      execFileSync("softhsm2-util", ["--init-token", "--free", "--label", label, ...so], {
        stdio: "pipe",
        env,
      });
    },
    uri,
    parsed: (label) => parsePkcs11Uri(uri(label), modulePath),
    unplug: () => renameSync(tokens, `${tokens}.away`),
    plugIn: () => renameSync(`${tokens}.away`, tokens),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
