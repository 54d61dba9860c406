import type { ReadNodes } from "@guildhall/attestation";
import { type Db, readLeaves, readNodes } from "@guildhall/db";

/** The stored tree, as proofs and right edges are made from it. */
export function readLog(db: Db): ReadNodes {
  return async (level, start, count) =>
    level === 0
      ? (await readLeaves(db.ledger, start, count)).map((leaf) => leaf.hash)
      : readNodes(db.ledger, level, start, count);
}
