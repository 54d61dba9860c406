import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Ed25519Signer, KeyAlgorithm, Signer } from "@guildhall/attestation";
import { HALL_KEY_ALGORITHMS } from "@guildhall/protocol";
import { type Io, UsageError } from "./command.ts";

/** The roles whose keys a Hall keeps itself, each under the name that it looks for. */
export const KEPT_ROLES = ["log", "ca", "evidence", "agreement", "feed-snapshot", "feed-timestamp"] as const;
export type KeptRole = (typeof KEPT_ROLES)[number];

/** One place where keys of a Hall stand: a folder of files, or a token. */
export interface KeyPlace {
  /** In its own words: `software file`, `software token: SoftHSM v2 …`. */
  module: string;
  serial: string | null;
  /** What HALL_SIGNER has to say. */
  setting: string;
  /** Every key of a role, by name: `ca`, and `ca-2` for the second. */
  list(): Promise<PlacedKey[]>;
  /** Makes the first key of a role. */
  make(role: KeptRole): Promise<Signer>;
  close(): Promise<void>;
}

export interface PlacedKey {
  name: string;
  algorithm: KeyAlgorithm;
  weaknesses: string[];
  /** Opened, so that it can sign; null for a key that is too weak to be opened. */
  signer: Signer | null;
  spki: Uint8Array;
}

/** The options of every command that goes where the keys are, for `parseArgs`. */
export const PLACE_OPTIONS = { folder: { type: "string" }, token: { type: "string" } } as const;

/** For the help of those commands. */
export const PLACE_OPTIONS_HELP = `\
  --folder  the folder of the key files: keys in the Hall's data folder
  --token   or the token, as HALL_SIGNER names it: pkcs11:token=… The PIN comes from the file that pin-source names, or
            is asked for`;

/** Opens the place for one piece of work. @throws UsageError where it is not named, or cannot be used */
export async function atPlace<T>(
  { folder, token }: { folder?: string | undefined; token?: string | undefined },
  io: Io,
  work: (place: KeyPlace) => Promise<T>,
): Promise<T> {
  if ((folder === undefined) === (token === undefined))
    throw new UsageError("Expected one of --folder and --token: where the keys are.");
  const { SignerError } = await import("@guildhall/attestation");
  let place: KeyPlace | null = null;
  try {
    place = await (folder === undefined ? onToken(token as string, io) : inFolder(folder));
    return await work(place);
  } catch (cause) {
    if (cause instanceof SignerError) throw new UsageError(cause.message, { cause });
    throw cause;
  } finally {
    await place?.close();
  }
}

/** `ca-2` is a key of the role `ca`; null for what is no key of a Hall. */
export function roleOf(name: string): KeptRole | null {
  const [, role] = /^(.+?)(?:-[0-9]+)?$/.exec(name) ?? [];
  return KEPT_ROLES.find((kept) => kept === role) ?? null;
}

/** The log's first key lies in `hall.pem`: where HALL_SIGNER points without being told. */
const FIRST_LOG_KEY = "hall.pem";

async function inFolder(folder: string): Promise<KeyPlace> {
  const { openSoftwareKey, openSoftwareSigner, verifiedSigner } = await import("@guildhall/attestation");
  const open = async (file: string, role: KeptRole) => {
    const path = join(folder, file);
    const algorithm = HALL_KEY_ALGORITHMS[role];
    // The log's signer tells its public key in 32 bytes as well.
    return verifiedSigner(
      algorithm === "ed25519" ? await openSoftwareSigner(path) : await openSoftwareKey(path, algorithm),
    ) as Signer;
  };
  return {
    module: "software file",
    serial: null,
    setting: `file:${join(folder, FIRST_LOG_KEY)}`,
    async list() {
      const found: PlacedKey[] = [];
      for (const file of (await namesIn(folder)).sort()) {
        const name = file === FIRST_LOG_KEY ? "log" : /^(.*)\.pem$/.exec(file)?.[1];
        const role = name === undefined ? null : roleOf(name);
        if (name === undefined || role === null) continue;
        const signer = await open(file, role);
        found.push({ name, algorithm: signer.algorithm, weaknesses: [], signer, spki: signer.spki });
      }
      return found;
    },
    make: (role) => open(role === "log" ? FIRST_LOG_KEY : `${role}.pem`, role),
    close: async () => undefined,
  };
}

async function onToken(text: string, io: Io): Promise<KeyPlace> {
  const { modulePath, openToken, parsePkcs11Uri } = await import("@guildhall/attestation");
  const uri = parsePkcs11Uri(text, modulePath);
  const token = await openToken({ uri, pin: await io.readPin(uri) });
  return {
    module: token.module,
    serial: token.serial,
    setting: text,
    async list() {
      const found: PlacedKey[] = [];
      for (const { id, label, algorithm, spki, weaknesses } of await token.list()) {
        // By the name that the Hall itself gives and looks for, which is in the CKA_ID.
        const name = Buffer.from(id, "hex").toString("latin1");
        if (name !== label || roleOf(name) === null) continue;
        const key = { id: Buffer.from(id, "hex"), algorithm, pin: null };
        const signer = weaknesses.length > 0 ? null : ((await token.signer(key)) as Signer);
        found.push({ name, algorithm, weaknesses, signer, spki });
      }
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async make(role) {
      const [id, algorithm] = [Buffer.from(role), HALL_KEY_ALGORITHMS[role]];
      await token.generate({ id, label: role, algorithm });
      return (await token.signer({ id, algorithm, pin: null })) as Signer;
    },
    close: () => token.close(),
  };
}

/** The key that signs for the log today: the last of its line. */
export function newestLogKey(keys: readonly PlacedKey[]): Ed25519Signer | null {
  const ofTheLog = keys.filter(({ name }) => roleOf(name) === "log");
  const newest = ofTheLog.toSorted((a, b) => numberOf(a.name) - numberOf(b.name)).at(-1);
  return (newest?.signer ?? null) as Ed25519Signer | null;
}

function numberOf(name: string): number {
  return Number(/-([0-9]+)$/.exec(name)?.[1] ?? 1);
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
