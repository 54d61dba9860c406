import {
  type Ed25519Signer,
  verifierKey,
  verifyKeyHistory,
  verifyUnderHistory,
} from "@guildhall/attestation";
import { type Db, type HallKey, latestCheckpoint, listHallKeys } from "@guildhall/db";
import { FeedRootIntroduced, HALL_CHAIN } from "@guildhall/protocol";
import { StartError } from "../start-refusal.ts";
import type { KeyHistory } from "./key-history.ts";

/**
 * Holds the register of keys to the log before anything is signed by it. The anchor is the key that the settings
 * name, which nobody can change by writing to the database: from it the sealed entries must lead to the key that
 * the register calls today's, and each row must say what its entry says.
 * @throws StartError
 */
export async function holdToHistory(options: {
  db: Db;
  keyHistory: KeyHistory;
  origin: string;
  first: Ed25519Signer;
}): Promise<void> {
  const { db, keyHistory, origin, first } = options;
  const { keys } = await listHallKeys(db);
  if (keys.length === 0) return;
  const sealedSize = (await latestCheckpoint(db.ledger))?.treeSize ?? 0;
  const pinned = verifierKey(origin, first.publicKey);
  const history = await keyHistory.of(keys);
  const followed = await verifyKeyHistory(pinned, history);
  if (!followed.ok) throw swapped(`the log does not lead from the key of HALL_SIGNER: ${followed.message}`);
  // An entry that was committed and not sealed before a crash is sealed after this start.
  const logKeys = keys.filter(({ role, introducedLeaf }) => role === "log" && introducedLeaf < sealedSize);
  const today = logKeys.find(({ retiredLeaf }) => retiredLeaf === null || retiredLeaf >= sealedSize);
  if (today && today.keyId !== followed.current.keyId)
    throw swapped(`it calls ${today.keyId} the log's key, and the log leads to ${followed.current.keyId}`);
  const entries = new Map<string, Record<string, unknown>>();
  for (const entry of history) {
    const verdict = await verifyUnderHistory(entry, pinned, history);
    // Sealed before the anchor took over: an earlier key's to vouch for.
    if (!verdict.ok && verdict.code === "KEY_NOT_YET") continue;
    if (!verdict.ok) throw swapped(`entry ${entry.receipt.receipt_id} does not verify: ${verdict.message}`);
    entries.set(verdict.receiptId, verdict.receipt);
  }
  for (const key of keys) {
    const entry = entries.get(key.introducedBy);
    if (entry && !saysTheSame(entry, key))
      throw swapped(`it has another ${key.role} key ${key.keyId} than entry ${key.introducedBy} introduced`);
  }
}

function saysTheSame(
  { kind, chain, action, subject, details }: Record<string, unknown>,
  key: HallKey,
): boolean {
  if (kind !== "key" || chain !== HALL_CHAIN || action !== "introduced") return false;
  const spki = Buffer.from(key.spki).toString("base64");
  if (key.role === "feed-root") {
    const root = FeedRootIntroduced.safeParse(details).data;
    const isIn = root?.keys.some((one) => one.key_id === key.keyId && one.spki === spki);
    return isIn === true && root?.threshold === key.threshold;
  }
  const said = (details ?? {}) as { spki?: unknown; roles?: unknown };
  return (
    subject === key.keyId && said.spki === spki && Array.isArray(said.roles) && said.roles.includes(key.role)
  );
}

function swapped(what: string): StartError {
  return new StartError(
    `The register of keys is not what the log says: ${what}. Nothing is signed. Find out who wrote to the database; restore it from a backup.`,
  );
}
