import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type Ed25519Signer,
  type KeyAlgorithm,
  keyPin,
  openSoftwareKey,
  openSoftwareSigner,
  type Signer,
  type Token,
  verifiedSigner,
} from "@guildhall/attestation";
import type { HallKeyRole } from "@guildhall/protocol";

export type SignerFor<Algorithm extends KeyAlgorithm> = Algorithm extends "ed25519"
  ? Ed25519Signer
  : Signer<Algorithm>;

/**
 * Where the Hall's private keys live: files in one folder, or objects on one token. Which of them counts is not for
 * this place to say: a key is looked for by its public half, which the register has from the log. Every signature is
 * verified before anyone sees it.
 */
export interface KeyStore {
  /** The key with this public half, or null where it is not here. */
  find<A extends KeyAlgorithm>(
    role: HallKeyRole,
    algorithm: A,
    spki: Uint8Array,
  ): Promise<SignerFor<A> | null>;
  /** A new key of a role; made by an earlier attempt that came no further, it is found and not made again. */
  make<A extends KeyAlgorithm>(role: HallKeyRole, algorithm: A, number: number): Promise<SignerFor<A>>;
}

/** On the token where there is one; keys of before it are still found in the folder. */
export function keyStore(folder: string, token: Token | null): KeyStore {
  const files = folderKeyStore(folder);
  if (token === null) return files;
  const objects = tokenKeyStore(token);
  return {
    find: async (role, algorithm, spki) =>
      (await objects.find(role, algorithm, spki)) ?? (await files.find(role, algorithm, spki)),
    make: objects.make,
  };
}

/** `ca.pem`, and from the second key of a role on `ca-2.pem`. */
function folderKeyStore(folder: string): KeyStore {
  const open = async <A extends KeyAlgorithm>(path: string, algorithm: A): Promise<SignerFor<A>> =>
    verifiedSigner(
      algorithm === "ed25519" ? await openSoftwareSigner(path) : await openSoftwareKey(path, algorithm),
    ) as SignerFor<A>;
  return {
    async find(role, algorithm, spki) {
      const names = (await namesIn(folder)).filter((name) =>
        new RegExp(`^${role}(?:-[0-9]+)?\\.pem$`).test(name),
      );
      for (const name of names.sort()) {
        const signer = await open(join(folder, name), algorithm);
        if (isSame(signer.spki, spki)) return signer;
        await signer.close();
      }
      return null;
    },
    make: (role, algorithm, number) => open(join(folder, nameOf(role, number, ".pem")), algorithm),
  };
}

/** Keys by the CKA_ID that is their name; the label repeats it for people. */
function tokenKeyStore(token: Token): KeyStore {
  return {
    async find(_, algorithm, spki) {
      const pin = keyPin(spki);
      const key = (await token.list()).find((listed) => isSame(listed.spki, spki));
      return key
        ? ((await token.signer({ id: Buffer.from(key.id, "hex"), algorithm, pin })) as SignerFor<
            typeof algorithm
          >)
        : null;
    },
    async make(role, algorithm, number) {
      const label = nameOf(role, number, "");
      const id = Buffer.from(label);
      const known = (await token.list()).find((key) => key.id === id.toString("hex"));
      const { spki } = known ?? (await token.generate({ id, label, algorithm }));
      return (await token.signer({ id, algorithm, pin: keyPin(spki) })) as SignerFor<typeof algorithm>;
    },
  };
}

/** A folder that is not there yet holds no keys. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function nameOf(role: HallKeyRole, number: number, ending: string): string {
  return `${role}${number > 1 ? `-${number}` : ""}${ending}`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(Buffer.from(b));
}
