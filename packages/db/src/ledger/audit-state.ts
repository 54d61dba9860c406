import { HALL_CHAIN, type TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import { Prisma } from "../generated/prisma/client.ts";
import { type OperatorTx, withOperator } from "../with-operator.ts";
import { type TenantTx, withTenant } from "../with-tenant.ts";
import { STATE_OF_HALL, STATE_OF_TENANT } from "./state-facts.ts";

/** One chain at one moment: what its acts say, and what stands in the tables that they speak of. */
export interface ChainState {
  /** Acts that follow the one asked for, in the chain's order. */
  acts: AuditedAct[];
  /** A page of rows, and when it was read by the database's clock; null where more acts are to be read before rows can be compared with them. */
  rows: { page: StateRow[]; isLast: boolean; atMs: number } | null;
}

export interface AuditedAct {
  seq: number;
  body: Buffer;
}

/** A row by its place, `table key`, and of it what receipts speak of: digests stand for what they leave out. */
export interface StateRow {
  place: string;
  facts: Record<string, unknown>;
}

export interface StateQuestion {
  /** The last act that was read; -1 before the first. */
  afterSeq: number;
  /** The last place that was compared; empty before the first. */
  afterPlace: string;
  actsMax: number;
  rowsMax: number;
}

/**
 * Acts and rows in one REPEATABLE READ transaction: an act and its row are of one transaction, so at any moment the
 * rows are what the acts say, however much is being written.
 */
export function readChainState(db: Db, chain: TenantId, question: StateQuestion): Promise<ChainState> {
  const isolation = { isolation: "RepeatableRead" } as const;
  return chain === HALL_CHAIN
    ? withOperator(db, (tx) => read(tx, chain, STATE_OF_HALL, question), isolation)
    : withTenant(db, chain, (tx) => read(tx, chain, STATE_OF_TENANT, question), isolation);
}

/** Every tenant that has a row. */
export function listTenantIds(db: Db): Promise<TenantId[]> {
  return withOperator(db, async (tx) => {
    const rows = await tx.tenant.findMany({ select: { id: true }, orderBy: { id: "asc" } });
    return rows.map(({ id }) => id as TenantId);
  });
}

async function read(
  tx: TenantTx | OperatorTx,
  chain: TenantId,
  state: string,
  { afterSeq, afterPlace, actsMax, rowsMax }: StateQuestion,
): Promise<ChainState> {
  // The predicate of the index receipt_acts, word by word.
  const found = await tx.$queryRaw<{ seq: bigint; body: Uint8Array }[]>`
    SELECT seq, body FROM ledger.receipt
    WHERE tenant_id = ${chain}::uuid AND seq > ${afterSeq}::bigint AND kind NOT IN ('decision', 'outcome')
    ORDER BY seq LIMIT ${actsMax}::bigint`;
  const acts = found.map(({ seq, body }) => ({ seq: Number(seq), body: Buffer.from(body) }));
  if (acts.length === actsMax) return { acts, rows: null };
  const page = await tx.$queryRaw<StateRow[]>`
    SELECT place, facts FROM (${Prisma.raw(state)}) AS state
    WHERE place COLLATE "C" > ${afterPlace} ORDER BY place COLLATE "C" LIMIT ${rowsMax}::bigint`;
  // As the state has it: what has expired by then is left out.
  const [now] = await tx.$queryRaw<{ at: Date }[]>`SELECT now() AS at`;
  return { acts, rows: { page, isLast: page.length < rowsMax, atMs: now!.at.getTime() } };
}
