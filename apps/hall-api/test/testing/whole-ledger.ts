import { type LogVerdict, type ReadReceipt, verifyChain, verifyLog } from "@guildhall/attestation";
import { expect } from "vitest";
import type { OpenHall, TestHouse } from "./running-hall.ts";

/**
 * Everything a database holds, checked as a stranger would: the log from its first leaf against the newest
 * checkpoint, and each chain from its start. What is stored is read past the Hall, by a superuser.
 * @returns the receipts by chain
 */
export async function verifiedLedger(
  house: Pick<TestHouse, "admin">,
  hall: Pick<OpenHall, "hall" | "verifierKey">,
): Promise<Map<string, ReadReceipt[]>> {
  await hall.hall.ledger.sealer.sealCommitted();
  const { rows } = await house.admin.query<{
    tenant_id: string;
    receipt_hash: Buffer;
    body: Buffer;
    signature: Buffer | null;
  }>(`SELECT r.tenant_id, r.receipt_hash, r.body, s.signature FROM ledger.receipt r
      LEFT JOIN ledger.receipt_signature s USING (leaf_index) ORDER BY r.leaf_index`);
  const checkpoint = await house.admin.query<{ note: string }>(
    "SELECT note FROM ledger.checkpoint ORDER BY tree_size DESC LIMIT 1",
  );
  const log: LogVerdict = await verifyLog(
    rows.map((row) => row.receipt_hash),
    checkpoint.rows[0]?.note ?? "",
    hall.verifierKey,
  );
  expect(log).toMatchObject({ ok: true, treeSize: rows.length });

  const chains = new Map<string, ReadReceipt[]>();
  for (const [tenant, receipts] of Map.groupBy(rows, (row) => row.tenant_id)) {
    const verdict = await verifyChain(
      receipts.map(({ body, receipt_hash, signature }) => ({
        ...JSON.parse(body.toString("utf8")),
        receipt_hash: receipt_hash.toString("hex"),
        signature: signature?.toString("base64") ?? null,
      })),
    );
    expect(verdict).toMatchObject({ ok: true });
    if (verdict.ok) chains.set(tenant, verdict.receipts);
  }
  return chains;
}
