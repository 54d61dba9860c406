import type { OperatorTx, TenantTx } from "@guildhall/db";

/**
 * What is asked once more before an entry is written. By then the transaction holds the lock that orders all entries, and
 * sees whatever was committed before: an act that waited for the lock while its right was taken away is not written behind
 * the entry that took it.
 */
const checks = new WeakMap<TenantTx | OperatorTx, () => Promise<void>>();

/** @param check throws the refusal */
export function askBeforeEntry(tx: TenantTx | OperatorTx, check: () => Promise<void>): void {
  checks.set(tx, check);
}

export async function askOnceMore(tx: TenantTx | OperatorTx): Promise<void> {
  await checks.get(tx)?.();
}
