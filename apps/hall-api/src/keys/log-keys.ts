import type { Ed25519Signer } from "@guildhall/attestation";
import { type Db, type HallKey, listHallKeys } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import type { KeyStore } from "./key-store.ts";

/**
 * The keys of the log, each for the sizes of the tree that it speaks for. A key takes over at the leaf that retires
 * the one before: trees up to that many leaves are the old key's, larger ones the new one's. From the leaf that
 * introduces it on, the new key signs beside the old, so that whoever pins either opens the same checkpoint.
 *
 * INVARIANT: nothing is signed under an epoch of the log that is newer than what was read of the register. Both
 * entries of a changeover raise the epoch, so no instance goes on under a retired key.
 */
export interface LogKeys {
  /** Today's key. */
  current(): Ed25519Signer;
  /** False while the log's key of today cannot sign, or is not here. */
  available(): boolean;
  /** Who signs a tree of this size, the key that speaks for it first. @throws HallError SIGNER_UNAVAILABLE */
  forTree(treeSize: number, epoch: number): Promise<readonly Ed25519Signer[]>;
  /** Who signs the receipt at a leaf. @throws HallError SIGNER_UNAVAILABLE */
  forLeaf(leafIndex: number, epoch: number): Promise<Ed25519Signer>;
  /** Reads the register again. */
  reload(): Promise<void>;
  /** True where the register was read at this epoch or a later one. */
  knows(epoch: number): boolean;
}

interface Reign {
  keyId: string;
  /** Null where the key is not in this instance's store. */
  signer: Ed25519Signer | null;
  introducedLeaf: number;
  after: number;
  upTo: number | null;
}

/** @param first the key that the settings name; the log's only one until another is introduced */
export async function openLogKeys(options: {
  db: Db;
  store: KeyStore;
  first: Ed25519Signer;
  wrap?: (signer: Ed25519Signer) => Ed25519Signer;
}): Promise<LogKeys> {
  const { db, store, first, wrap = (signer) => signer } = options;
  const signers = new Map<string, Ed25519Signer | null>([[first.keyId, first]]);
  let reigns: Reign[] = [];
  let known = -1;
  let loading: Promise<void> | null = null;

  async function load(): Promise<void> {
    const { epoch, keys } = await listHallKeys(db);
    const rows = keys.filter(({ role }) => role === "log");
    const read: Reign[] = [];
    for (const row of rows) {
      const before = read.at(-1);
      read.push({
        keyId: row.keyId,
        signer: await signerOf(row),
        introducedLeaf: row.introducedLeaf,
        after: before ? (before.upTo ?? Number.POSITIVE_INFINITY) : 0,
        upTo: row.retiredLeaf,
      });
    }
    // Before the first entry of a key the log is the settings' key's, as it always was.
    reigns =
      read.length > 0
        ? read
        : [{ keyId: first.keyId, signer: first, introducedLeaf: 0, after: 0, upTo: null }];
    known = epoch;
  }

  async function signerOf({ keyId, spki }: HallKey): Promise<Ed25519Signer | null> {
    const held = signers.get(keyId);
    // A key that was missing may have been brought meanwhile.
    if (held) return held;
    const found = await store.find("log", "ed25519", spki);
    const signer = found && wrap(found);
    signers.set(keyId, signer);
    return signer;
  }

  /** One at a time; a load that began before the epoch was raised may have missed what raised it. */
  async function reload(): Promise<void> {
    while (loading) await loading;
    loading = load().finally(() => {
      loading = null;
    });
    await loading;
  }

  async function upTo(epoch: number): Promise<void> {
    while (known < epoch) await reload();
  }

  function reignAt(treeSize: number): Reign {
    const reign = reigns.find(
      ({ after, upTo: end }) => treeSize > after && (end === null || treeSize <= end),
    );
    if (!reign) throw new Error(`no key of the log speaks for a tree of ${treeSize} leaves`);
    return reign;
  }

  function present({ keyId, signer }: Reign): Ed25519Signer {
    if (signer) return signer;
    throw new HallError("SIGNER_UNAVAILABLE", { detail: { missing_key: keyId } });
  }

  function today(): Reign {
    return reigns.find(({ after, upTo: end }) => end === null && Number.isFinite(after)) ?? reigns[0]!;
  }

  await load();
  return {
    available: () => today().signer?.available() ?? false,
    current: () => present(today()),
    async forTree(treeSize, epoch) {
      await upTo(epoch);
      const reign = reignAt(Math.max(treeSize, 1));
      const next = reigns.find(
        (other) => other.after === Number.POSITIVE_INFINITY || other.after === reign.upTo,
      );
      const cosigner = next && next !== reign && treeSize > next.introducedLeaf ? next.signer : null;
      return [present(reign), ...(cosigner ? [cosigner] : [])];
    },
    async forLeaf(leafIndex, epoch) {
      await upTo(epoch);
      return present(reignAt(leafIndex + 1));
    },
    reload,
    knows: (epoch) => known >= epoch,
  };
}

/** Today's key wherever one signer is expected: what it says of itself follows each changeover. */
export function currentSigner(keys: LogKeys): Ed25519Signer {
  return {
    get keyId() {
      return keys.current().keyId;
    },
    get publicKey() {
      return keys.current().publicKey;
    },
    get spki() {
      return keys.current().spki;
    },
    get module() {
      return keys.current().module;
    },
    algorithm: "ed25519",
    available: () => keys.current().available(),
    sign: (data) => keys.current().sign(data),
    // Each key is closed by whoever opened it.
    close: async () => undefined,
  };
}
