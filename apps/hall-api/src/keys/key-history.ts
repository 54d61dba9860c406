import { inclusionProof } from "@guildhall/attestation";
import { type Db, findReceipt, firstCheckpointOver, listHallKeys, withOperator } from "@guildhall/db";
import type { SealedReceipt } from "@guildhall/protocol";
import { receiptOf } from "../ledger/ledger.ts";
import { readLog } from "../ledger/read-log.ts";

/**
 * Every entry that introduced or retired a key of the register, in the log's order, each under the first stored
 * checkpoint that covers it: the one that the key of that time signed, so that a stranger can follow from any key to
 * the next. An entry without a stored checkpoint is left out until it has one.
 */
export async function keyHistory(db: Db): Promise<SealedReceipt[]> {
  const { keys } = await listHallKeys(db);
  const ids = new Set(
    keys.flatMap(({ introducedBy, retiredBy }) => [introducedBy, ...(retiredBy ? [retiredBy] : [])]),
  );
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
  return history;
}
