import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { modulePath, openToken, parsePkcs11Uri } from "../packages/attestation/src/index.ts";

/**
 * `npm run softhsm -- <folder>`: a SoftHSM token with the log's key, to try a Hall with one. It keeps its keys in files:
 * it shows that everything works with an HSM, and protects nothing. Prints what to set.
 */
const [folder, ...more] = process.argv.slice(2);
const library = modulePath("softhsm2");
if (folder === undefined || more.length > 0) end("Give the folder that the token is to lie in.", 2);
if (library === null)
  end("SoftHSM is not installed: apt-get install softhsm2, dnf install softhsm, or brew install softhsm.", 1);
const at = resolve(folder);
if (existsSync(join(at, "softhsm2.conf"))) end(`There is a token in ${at} already.`, 1);

const tokens = join(at, "tokens");
mkdirSync(tokens, { recursive: true, mode: 0o700 });
const conf = join(at, "softhsm2.conf");
writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
const pin = randomBytes(12).toString("hex");
const officerPin = randomBytes(12).toString("hex");
const pinFile = join(at, "pin");
writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
writeFileSync(join(at, "officer-pin"), `${officerPin}\n`, { mode: 0o600 });
process.env.SOFTHSM2_CONF = conf;
// The tool takes PINs as arguments only; these two are drawn here, for files that lie beside them.
execFileSync(
  "softhsm2-util",
  ["--init-token", "--free", "--label", "guildhall", "--so-pin", officerPin, "--pin", pin],
  { stdio: ["ignore", "ignore", "inherit"] },
);
const uri = `pkcs11:token=guildhall?module-path=${library}&pin-source=file:${encodeURI(pinFile)}`;
const token = await openToken({ uri: parsePkcs11Uri(uri, modulePath), pin });
await token.generate({ id: Buffer.from("log"), label: "log", algorithm: "ed25519" });
await token.close();
process.stdout.write(`export SOFTHSM2_CONF='${conf}'\nexport HALL_SIGNER='${uri}'\n`);

function end(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
