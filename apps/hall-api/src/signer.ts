import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type Ed25519Signer,
  keyPin,
  openSoftwareSigner,
  openToken,
  type Pkcs11Uri,
  readPin,
  SignerError,
  type Token,
  verifiedSigner,
} from "@guildhall/attestation";
import type { Settings } from "./env.ts";
import { StartError } from "./start-refusal.ts";

/** What signs for this Hall, and the token it lives on, which may have more keys. */
export interface HallSigner {
  signer: Ed25519Signer;
  token: Token | null;
  close(): Promise<void>;
}

interface Log {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** CKA_ID of the log's key, where the URI names no key. */
const LOG_KEY_ID = Buffer.from("log");

/**
 * Opens the signer that the settings name. Every signature is verified before anyone sees it.
 * @throws SignerError or StartError: a Hall without its key does not start
 */
export async function openSigner({ signer: setting, dataDir }: Settings, log: Log): Promise<HallSigner> {
  if (setting.kind === "file") {
    const signer = verifiedSigner(await openSoftwareSigner(setting.path));
    return { signer, token: null, close: () => signer.close() };
  }
  const { uri } = setting;
  const pin = await readPin(uri, { input: process.stdin, output: process.stdout });
  const token = await openToken({
    uri,
    pin,
    onState(state, reason) {
      if (state === "serving") log.warn({ token: uri.token }, "the signer is back");
      else
        log.error(
          { token: uri.token, err: reason },
          state === "lost"
            ? "the signer is lost: nothing is decided until it is back"
            : "the signer is stopped: nothing is decided until a person has looked and started again",
        );
    },
  });
  try {
    const pinFile = join(dataDir, "keys", "hall.pin");
    const known = await readKeyPin(pinFile);
    const id = await keyIdOn(token, uri);
    const signer = await token.signer({ id, algorithm: "ed25519", pin: known });
    if (known === null) await writeKeyPin(pinFile, keyPin(signer.spki));
    return { signer, token, close: () => token.close() };
  } catch (error) {
    await token.close();
    throw error;
  }
}

/** The CKA_ID of the key that the URI names: by id, or by a label that one key has. */
async function keyIdOn(token: Token, { id, object }: Pkcs11Uri): Promise<Uint8Array> {
  if (object === null) return id ?? LOG_KEY_ID;
  const named = (await token.list()).filter(
    (key) => key.label === object && (id === null || key.id === Buffer.from(id).toString("hex")),
  );
  const [one, ...more] = named;
  if (one && more.length === 0) return Buffer.from(one.id, "hex");
  throw new SignerError(
    one ? "KEY_AMBIGUOUS" : "KEY_NOT_FOUND",
    `${named.length} keys of the token are called ${object}. Name the key by id=.`,
  );
}

const PIN_LINE = /^sha256:([0-9a-f]{64})\n$/;

/** The public key that this Hall signed with when it first saw its token; null before that. */
async function readKeyPin(path: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const found = PIN_LINE.exec(text)?.[1];
  if (found) return found;
  throw new StartError(`${path} does not hold a key's pin, sha256: and 64 hex digits. Restore it.`);
}

async function writeKeyPin(path: string, pin: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, `sha256:${pin}\n`, { mode: 0o600, flag: "wx" });
}
