import type { Instant, ReceiptId, ReceiptKind, TenantId } from "@guildhall/protocol";
import type { OperatorTx } from "../with-operator.ts";
import type { TenantTx } from "../with-tenant.ts";
import type { LogNode } from "./append-batch.ts";
import type { ChainHead, LogHead } from "./heads.ts";

/**
 * Locks the log and returns its head with the head of the transaction's own chain. Everything an act has
 * to write comes before; nothing but `appendAct` follows until COMMIT.
 */
export async function takeHeads(
  tx: TenantTx | OperatorTx,
  tenant: TenantId,
): Promise<{ log: LogHead; chain: ChainHead }> {
  const [row] = await tx.$queryRaw<HeadRow[]>`SELECT * FROM ledger.take_heads(${tenant}::uuid)`;
  if (!row) throw new Error(`the chain of ${tenant} has no head`);
  return {
    log: {
      treeSize: Number(row.tree_size),
      frontier: Buffer.from(row.frontier),
      epoch: Number(row.log_epoch),
      loggedAtMs: row.logged_at.getTime(),
    },
    chain: {
      tenantId: tenant,
      seq: Number(row.seq),
      hash: Buffer.from(row.head_hash),
      epoch: Number(row.chain_epoch),
    },
  };
}

interface HeadRow {
  tree_size: bigint;
  frontier: Uint8Array;
  logged_at: Date;
  log_epoch: bigint;
  seq: bigint;
  head_hash: Uint8Array;
  chain_epoch: bigint;
}

/** Whose later decisions an act invalidates: nobody's, the tenant's, or everybody's. */
export type Fence = "none" | "tenant" | "hall";

export interface SequencedAct {
  tenantId: TenantId;
  seq: number;
  leafIndex: number;
  receiptId: ReceiptId;
  kind: ReceiptKind;
  loggedAt: Instant;
  hash: Uint8Array;
  body: Uint8Array;
  root: Uint8Array;
  frontier: Uint8Array;
  nodes: readonly LogNode[];
  fence: Fence;
}

/** Writes one act under the heads just taken, and raises the fence's epoch with it. */
export async function appendAct(tx: TenantTx | OperatorTx, act: SequencedAct): Promise<void> {
  const levels = act.nodes.map((node) => node.level);
  const indexes = act.nodes.map((node) => node.index);
  const hashes = act.nodes.map((node) => Buffer.from(node.hash).toString("hex"));
  await tx.$executeRaw`SELECT ledger.append(${act.tenantId}::uuid, ${act.leafIndex}::bigint, ${act.seq}::bigint,
    ${act.receiptId}::uuid, ${act.kind}, ${act.loggedAt}::timestamptz, ${bytes(act.hash)}, ${bytes(act.body)},
    ${bytes(act.root)}, ${bytes(act.frontier)}, ${levels}::smallint[], ${indexes}::bigint[],
    ARRAY(SELECT decode(h, 'hex') FROM unnest(${hashes}::text[]) AS h), ${act.fence})`;
}

function bytes(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value);
}
