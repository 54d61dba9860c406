import { inclusionProof } from "@guildhall/attestation";
import { type Db, findReceipt, firstCheckpointOver, type HallKey, withOperator } from "@guildhall/db";
import type { SealedReceipt } from "@guildhall/protocol";
import { receiptOf } from "../ledger/ledger.ts";
import { readLog } from "../ledger/read-log.ts";

/** What leads from each key of the Hall to the next. */
export interface KeyHistory {
  /**
   * Every entry that introduced or retired a key of the register, in the log's order, each under the first stored
   * checkpoint that covers it: the one that the key of that time signed, so that a stranger can follow from any key to
   * the next. An entry without a stored checkpoint is left out until it has one.
   */
  of(keys: readonly HallKey[]): Promise<readonly SealedReceipt[]>;
}

/** Proves each history once: entries are never changed, and the first checkpoint over one stays the first. */
export function createKeyHistory(db: Db): KeyHistory {
  let proved: { ids: string; history: Promise<Proved> } | null = null;

  return {
    async of(keys) {
      const entries = keys.flatMap(({ introducedBy, retiredBy }) =>
        retiredBy === null ? [introducedBy] : [introducedBy, retiredBy],
      );
      const ids = [...new Set(entries)];
      const known = proved?.ids === ids.join() ? proved : { ids: ids.join(), history: prove(db, ids) };
      proved = known;
      try {
        const { history, isWhole } = await known.history;
        if (!isWhole && proved === known) proved = null;
        return history;
      } catch (error) {
        if (proved === known) proved = null;
        throw error;
      }
    },
  };
}

interface Proved {
  history: readonly SealedReceipt[];
  /** False while an entry waits for its checkpoint. */
  isWhole: boolean;
}

async function prove(db: Db, ids: readonly string[]): Promise<Proved> {
  const stored = await withOperator(db, async (tx) => {
    const found = [];
    for (const id of ids) found.push(await findReceipt(tx, id));
    return found.filter((receipt) => receipt !== null);
  });
  const history: SealedReceipt[] = [];
  for (const entry of stored.sort((a, b) => a.leafIndex - b.leafIndex)) {
    const checkpoint = await firstCheckpointOver(db.ledger, entry.leafIndex);
    if (checkpoint === null) continue;
    const proof = await inclusionProof(entry.leafIndex, checkpoint.treeSize, readLog(db));
    history.push({
      receipt: receiptOf(entry),
      seal: {
        checkpoint: checkpoint.note,
        inclusion_proof: proof.map((hash) => Buffer.from(hash).toString("base64")),
      },
    });
  }
  return { history, isWhole: history.length === ids.length };
}
