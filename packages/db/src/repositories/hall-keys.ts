import type { Db } from "../client.ts";
import { type OperatorTx, withOperator } from "../with-operator.ts";

export type HallKeyState = "introduced" | "active" | "retired";

/** A key of the Hall in one of its roles, as the register has it. */
export interface HallKey {
  keyId: string;
  role: string;
  algorithm: string;
  spki: Uint8Array;
  module: string;
  state: HallKeyState;
  notBefore: Date;
  notAfter: Date | null;
  threshold: number;
  /** The receipts of the entries, and the leaves where they stand. */
  introducedBy: string;
  introducedLeaf: number;
  retiredBy: string | null;
  retiredLeaf: number | null;
}

export type NewHallKey = Omit<HallKey, "introducedLeaf" | "retiredBy" | "retiredLeaf">;

/** Every key in the order of its introduction, and the log's epoch of the same moment. */
export function listHallKeys(db: Db): Promise<{ epoch: number; keys: HallKey[] }> {
  return withOperator(db, async (tx) => {
    const [head] = await tx.$queryRaw<{ epoch: bigint; keys: Row[] | null }[]>`
      SELECT h.epoch, (SELECT jsonb_agg(to_jsonb(k) - 'spki' || jsonb_build_object(
          'spki', encode(k.spki, 'base64'), 'introduced_leaf', i.leaf_index, 'retired_leaf', r.leaf_index)
          ORDER BY i.leaf_index, k.role)
        FROM hall.hall_key k
        JOIN ledger.receipt_id_index i ON i.receipt_id = k.introduced_by
        LEFT JOIN ledger.receipt_id_index r ON r.receipt_id = k.retired_by) AS keys
      FROM ledger.log_head h WHERE h.id`;
    return { epoch: Number(head?.epoch), keys: (head?.keys ?? []).map(toHallKey) };
  });
}

/** @returns false where the key, or another of the role, is registered already */
export async function introduceHallKey(tx: OperatorTx, key: NewHallKey): Promise<boolean> {
  const count = await tx.$executeRaw`INSERT INTO hall.hall_key
      (key_id, role, algorithm, spki, module, state, not_before, not_after, threshold, introduced_by)
    VALUES (${key.keyId}, ${key.role}, ${key.algorithm}, ${new Uint8Array(key.spki)}, ${key.module}, ${key.state},
      ${key.notBefore}, ${key.notAfter}, ${key.threshold}::integer, ${key.introducedBy}::uuid)
    ON CONFLICT DO NOTHING`;
  return count === 1;
}

/** Brings a retired key back by another entry: a witness that is asked again. @returns false where it stands */
export async function reintroduceHallKey(tx: OperatorTx, key: NewHallKey): Promise<boolean> {
  const count = await tx.$executeRaw`UPDATE hall.hall_key SET state = ${key.state}, retired_by = NULL,
      introduced_by = ${key.introducedBy}::uuid, module = ${key.module}, not_before = ${key.notBefore}
    WHERE key_id = ${key.keyId} AND role = ${key.role} AND state = 'retired'`;
  return count === 1;
}

/** @returns how many roles the key had and has no more */
export function retireHallKey(tx: OperatorTx, keyId: string, retiredBy: string): Promise<number> {
  return tx.$executeRaw`UPDATE hall.hall_key SET state = 'retired', retired_by = ${retiredBy}::uuid
    WHERE key_id = ${keyId} AND state <> 'retired'`;
}

/** @returns how many roles the key has now */
export function activateHallKey(tx: OperatorTx, keyId: string): Promise<number> {
  return tx.$executeRaw`UPDATE hall.hall_key SET state = 'active' WHERE key_id = ${keyId} AND state = 'introduced'`;
}

/**
 * The receipt of the entry that introduced the feed's root in force, or null before there is one. Whoever asks is to
 * replace it: the next who asks waits for that.
 */
export async function feedRootInForce(tx: OperatorTx): Promise<string | null> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('guildhall.feed-root', 0))`;
  const [row] = await tx.$queryRaw<{ introduced_by: string }[]>`
    SELECT introduced_by FROM hall.hall_key WHERE role = 'feed-root' AND state = 'active' LIMIT 1`;
  return row?.introduced_by ?? null;
}

interface Row {
  key_id: string;
  role: string;
  algorithm: string;
  spki: string;
  module: string;
  state: HallKeyState;
  not_before: string;
  not_after: string | null;
  threshold: number;
  introduced_by: string;
  introduced_leaf: number;
  retired_by: string | null;
  retired_leaf: number | null;
}

function toHallKey(row: Row): HallKey {
  return {
    keyId: row.key_id,
    role: row.role,
    algorithm: row.algorithm,
    spki: new Uint8Array(Buffer.from(row.spki, "base64")),
    module: row.module,
    state: row.state,
    notBefore: new Date(row.not_before),
    notAfter: row.not_after === null ? null : new Date(row.not_after),
    threshold: row.threshold,
    introducedBy: row.introduced_by,
    introducedLeaf: row.introduced_leaf,
    retiredBy: row.retired_by,
    retiredLeaf: row.retired_leaf,
  };
}
