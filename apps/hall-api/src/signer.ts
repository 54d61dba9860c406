import {
  type Ed25519Signer,
  openSoftwareSigner,
  openToken,
  type Pkcs11Uri,
  readPin,
  SignerError,
  type Token,
  verifiedSigner,
} from "@guildhall/attestation";
import type { Settings } from "./env.ts";

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
 * @throws SignerError: a Hall without its key does not start
 */
export async function openSigner({ signer: setting }: Settings, log: Log): Promise<HallSigner> {
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
    const id = await keyIdOn(token, uri);
    // Nothing here pins it: it must be the key from which the log leads, or the Hall does not start.
    const signer = await token.signer({ id, algorithm: "ed25519", pin: null });
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
