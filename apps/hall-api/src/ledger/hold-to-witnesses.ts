import { inclusionProof, verifierKey, verifySealedReceipt } from "@guildhall/attestation";
import {
  type Db,
  latestCheckpoint,
  listHallNotices,
  readHeads,
  type StoredReceipt,
  withOperator,
} from "@guildhall/db";
import type { LogKeys } from "../keys/log-keys.ts";
import { StartError } from "../start-refusal.ts";
import type { Contradiction } from "./asked-witness.ts";
import { type LostHead, rootAt } from "./head-guard.ts";
import { receiptOf } from "./ledger.ts";
import { readLog } from "./read-log.ts";
import type { Witnessing } from "./witnessing.ts";

export interface WitnessGuardOptions {
  db: Db;
  origin: string;
  keys: LogKeys;
  /** The operator's word that the head of this size is lost for good: HALL_RECOVER_LOG. */
  recoverLog: number | null;
  /** What the head file already knows to be lost. */
  lost: LostHead | null;
}

/**
 * Asks every witness before anything is signed: one that has cosigned more than the database holds, or another history,
 * shows that the database is an old one, another, or empty (RELIABILITY H-078). One that does not answer proves
 * nothing. What an earlier entry says to be lost, or the operator says now, is held against nobody again.
 * @returns what the witnesses alone know to be lost
 * @throws StartError
 */
export async function holdToWitnesses(
  witnessing: Witnessing,
  { db, origin, keys, recoverLog, lost }: WitnessGuardOptions,
): Promise<LostHead | null> {
  await witnessing.ask();
  const found = witnessing.contradictions();
  if (found.length === 0) return null;
  const largest = found.reduce((a, b) => (b.treeSize > a.treeSize ? b : a));
  const givenUp = Math.max(lost?.lost.tree_size ?? 0, await recoveredSize(db, origin, keys));
  if (largest.treeSize <= givenUp) return null;
  if (recoverLog !== largest.treeSize) throw refused(largest);
  const { log: head } = await readHeads(db.ledger, []);
  return {
    lost: { origin, tree_size: largest.treeSize, root: null, checkpoint: null },
    found: { treeSize: head.treeSize, root: await rootAt(db, head.treeSize) },
  };
}

/** The largest head that a sealed entry of this log gives up: an entry that nobody signed gives up nothing. */
async function recoveredSize(db: Db, origin: string, keys: LogKeys): Promise<number> {
  const newest = await latestCheckpoint(db.ledger);
  if (newest === null) return 0;
  const sizes = [0];
  for (const entry of await withOperator(db, listHallNotices)) {
    const { action, details } = receiptOf(entry) as {
      action?: string;
      details?: { lost_tree_size?: number };
    };
    if (action !== "log_recovered" || entry.leafIndex >= newest.treeSize) continue;
    if (await isSealed(entry, newest)) sizes.push(details?.lost_tree_size ?? 0);
  }
  return Math.max(...sizes);

  async function isSealed(entry: StoredReceipt, { treeSize, note }: { treeSize: number; note: string }) {
    const proof = await inclusionProof(entry.leafIndex, treeSize, readLog(db));
    const inclusion_proof = proof.map((hash) => Buffer.from(hash).toString("base64"));
    const signers = [...(await keys.forTree(treeSize, 0)), await keys.forLeaf(entry.leafIndex, 0)];
    const verdict = await verifySealedReceipt(
      { receipt: receiptOf(entry), seal: { checkpoint: note, inclusion_proof } },
      signers.map(({ publicKey }) => verifierKey(origin, publicKey)),
    );
    return verdict.ok;
  }
}

function refused({ witness, treeSize, isFork }: Contradiction): StartError {
  return new StartError(
    `The witness ${witness} has cosigned ${
      isFork
        ? `another history of this log, up to ${treeSize} receipts`
        : `${treeSize} receipts of this log, and this database holds fewer`
    }. Nothing is signed from it. Restore the newer database. Where it is lost for good, read docs/runbooks/restore.md ` +
      `first, then start once with HALL_RECOVER_LOG=${treeSize}: this witness never cosigns a log that took something back.`,
  );
}
