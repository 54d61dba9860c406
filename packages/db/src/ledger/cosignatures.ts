import type pg from "pg";
import type { Db } from "../client.ts";

/** What a witness said about one checkpoint. */
export interface StoredCosignature {
  treeSize: number;
  /** `name+keyhash`, the first two parts of its vkey. */
  witness: string;
  line: string;
  cosignedAt: Date;
}

/** Twice the same is one: a witness that answers again says the same about the same tree, at a later time. */
export async function storeCosignature(client: pg.Pool, cosignature: StoredCosignature): Promise<void> {
  const { treeSize, witness, line, cosignedAt } = cosignature;
  await client.query(
    `INSERT INTO ledger.cosignature (tree_size, witness, line, cosigned_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [treeSize, witness, line, cosignedAt],
  );
}

/** The largest tree that each witness has cosigned. */
export async function latestCosignatures(client: pg.Pool): Promise<StoredCosignature[]> {
  const { rows } = await client.query<CosignatureRow>(
    `SELECT DISTINCT ON (witness) tree_size, witness, line, cosigned_at FROM ledger.cosignature
     ORDER BY witness, tree_size DESC`,
  );
  return rows.map((row) => ({
    treeSize: Number(row.tree_size),
    witness: row.witness,
    line: row.line,
    cosignedAt: row.cosigned_at,
  }));
}

interface CosignatureRow {
  tree_size: string;
  witness: string;
  line: string;
  cosigned_at: Date;
}

/**
 * The newest checkpoint that at least so many witnesses have cosigned, with their lines below the log's own; null where
 * there is none.
 */
export async function readCheckpointNote(db: Db, { cosignatures = 0 } = {}): Promise<string | null> {
  const rows = await db.app.$queryRaw<{ note: string; line: string | null }[]>`
    SELECT c.note, s.line FROM ledger.checkpoint c LEFT JOIN ledger.cosignature s USING (tree_size)
    WHERE c.tree_size = CASE WHEN ${cosignatures}::integer = 0 THEN (SELECT max(tree_size) FROM ledger.checkpoint)
      ELSE (SELECT tree_size FROM ledger.cosignature GROUP BY tree_size HAVING count(*) >= ${cosignatures}::integer
            ORDER BY tree_size DESC LIMIT 1) END
    ORDER BY s.witness`;
  const [first] = rows;
  if (!first) return null;
  return first.note + rows.flatMap(({ line }) => (line === null ? [] : [`${line}\n`])).join("");
}
