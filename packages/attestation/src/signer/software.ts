import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readPrivateFile } from "./private-file.ts";
import { algorithmOf, keyIdOf, rawPublicKey, signingInput, spkiOf } from "./public-key.ts";
import {
  type Ed25519Signer,
  type KeyAlgorithm,
  type Signer,
  SignerError,
  type SignerErrorCode,
} from "./signer.ts";

/**
 * Opens the Ed25519 key in the file at `path`, or makes it if there is no such file: PKCS#8 PEM that only
 * its owner can read. Processes that start at once end with one key. Whoever can read the file can sign as
 * this Hall; where that is too little, the key belongs in an HSM.
 */
export async function openSoftwareSigner(path: string): Promise<Ed25519Signer> {
  return softwareSigner(await openKey(path, "ed25519"), "software file");
}

/** The same for a key of another algorithm, such as a certificate authority's. */
export async function openSoftwareKey<Algorithm extends KeyAlgorithm>(
  path: string,
  algorithm: Algorithm,
): Promise<Signer<Algorithm>> {
  return softwareKey(await openKey(path, algorithm), algorithm, "software file");
}

/** An Ed25519 signer over a key in memory. */
export function softwareSigner(key: KeyObject, module: string): Ed25519Signer {
  const publicKey = rawPublicKey(key);
  return { ...softwareKey(key, "ed25519", module), publicKey, keyId: keyIdOf(publicKey) };
}

/** A signer over a key in memory, which must be of this algorithm. */
export function softwareKey<Algorithm extends KeyAlgorithm>(
  key: KeyObject,
  algorithm: Algorithm,
  module: string,
): Signer<Algorithm> {
  const spki = spkiOf(key);
  const keyId = keyIdOf(algorithm === "ed25519" ? rawPublicKey(key) : spki);
  let open: KeyObject | null = key;
  return {
    keyId,
    algorithm,
    spki,
    module,
    available: () => open !== null,
    async sign(data) {
      if (!open)
        throw new SignerError(
          "SIGNER_CLOSED",
          `The signer of key ${keyId} is closed; open it again to sign.`,
        );
      const input = signingInput(algorithm, open);
      return sign(input.digest, data, input.key);
    },
    async close() {
      open = null;
    },
  };
}

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const FILE_MAX_BYTES = 4096;

async function openKey(path: string, algorithm: KeyAlgorithm): Promise<KeyObject> {
  return (await readKey(path, algorithm)) ?? (await createKey(path, algorithm));
}

/** The key in the file, or null where there is no file. */
async function readKey(path: string, algorithm: KeyAlgorithm): Promise<KeyObject | null> {
  const pem = await readPrivateFile({
    path,
    kind: "KEY_FILE",
    secret: "key",
    maxBytes: FILE_MAX_BYTES,
    remedy: GIVE_A_KEY[algorithm],
  });
  return pem === null ? null : parseKey(pem, path, algorithm);
}

/** What to give instead, with the command that makes it. */
const GIVE_A_KEY = {
  ed25519: "give an Ed25519 private key in PKCS#8 PEM, as `openssl genpkey -algorithm ed25519` makes it",
  "ecdsa-p256":
    "give a P-256 private key in PKCS#8 PEM, as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes it",
  rsa: "give an RSA private key in PKCS#8 PEM, as `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072` makes it",
} as const satisfies Record<KeyAlgorithm, string>;

function parseKey(pem: string, path: string, algorithm: KeyAlgorithm): KeyObject {
  const remedy = GIVE_A_KEY[algorithm];
  if (!/^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PRIVATE KEY-----\n?$/.test(pem))
    throw refuse("KEY_FILE_MALFORMED", path, `holds no PKCS#8 PEM; ${remedy}`);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: "pem" });
  } catch {
    // No cause: OpenSSL's errors may quote what they could not read.
    throw refuse("KEY_FILE_MALFORMED", path, `holds no private key; ${remedy}`);
  }
  const found = algorithmOf(key);
  if (found !== algorithm)
    throw refuse("KEY_FILE_MALFORMED", path, `holds a key of type ${found}; ${remedy}`);
  return key;
}

/**
 * Makes a key under a name of its own and links it to `path`. `link` never replaces a file, so of many
 * processes one wins, and each of them then reads the winner's key. A crash before the link leaves a
 * temporary file whose key was never used; a crash after it leaves a complete key.
 */
async function createKey(path: string, algorithm: KeyAlgorithm): Promise<KeyObject> {
  const folder = dirname(path);
  const temporary = join(folder, `.hall-key-${process.pid}-${randomBytes(6).toString("hex")}.tmp`);
  try {
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    try {
      await writeNewKey(temporary, algorithm);
      await linkUnlessThere(temporary, path);
    } finally {
      await removeIfThere(temporary);
    }
    // The loser syncs too: it may sign before the winner comes to this line.
    await syncFolder(folder);
  } catch (cause) {
    throw refuse(
      "KEY_FILE_UNWRITABLE",
      path,
      "cannot be created; name a file in a folder that this process may write to, on a file system with hard links",
      cause,
    );
  }
  const key = await readKey(path, algorithm);
  if (!key)
    throw refuse("KEY_FILE_UNREADABLE", path, "vanished just after it was made; find out who removed it");
  return key;
}

async function writeNewKey(path: string, algorithm: KeyAlgorithm): Promise<void> {
  const file = await open(path, "wx", PRIVATE_FILE);
  try {
    // The umask may have taken bits away.
    await file.chmod(PRIVATE_FILE);
    await file.writeFile(newKey(algorithm).export({ format: "pem", type: "pkcs8" }));
    await file.sync();
  } finally {
    await file.close();
  }
}

function newKey(algorithm: KeyAlgorithm): KeyObject {
  switch (algorithm) {
    case "ed25519":
      return generateKeyPairSync("ed25519").privateKey;
    case "ecdsa-p256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    case "rsa":
      return generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey;
  }
}

async function linkUnlessThere(existing: string, path: string): Promise<void> {
  try {
    await link(existing, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** Until the folder is synced, a power cut may forget the file's name, though not its bytes. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return; // It cannot open folders.
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function refuse(code: SignerErrorCode, path: string, wrongAndRemedy: string, cause?: unknown): SignerError {
  const reason = cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
  return new SignerError(code, `The key file ${path} ${wrongAndRemedy}.${reason}`, { cause });
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(error.code as string);
}
