import {
  openNote,
  parseVerifierKey,
  readCheckpoint,
  rootFromLeaves,
  verifyChain,
} from "@guildhall/attestation/verify";
import type { Evidence } from "./checker.ts";
import type { Knowledge, Violation } from "./knowledge.ts";
import { ENTRIES, type StoredCheckpoint, type StoredEntry } from "./read-ledger.ts";

/** I6, once all is quiet: whatever was decided to start has ended once, and its state is what its receipt says. */
export async function checkEnds({ admin }: Evidence, known: Knowledge): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const entry of known.receipts.values())
    if (entry.starts && (known.outcomes.get(entry.receiptId) ?? 0) !== 1)
      violations.push({
        invariant: "I6",
        what: `decision ${entry.receiptId} ended ${known.outcomes.get(entry.receiptId) ?? 0} times`,
      });
  const { rows } = await admin.query<{ id: string; state: string; told: string | null; redeemed: number }>(
    STATES,
  );
  for (const { id, state, told, redeemed } of rows) {
    if (state !== told)
      violations.push({ invariant: "I6", what: `dispatch ${id} is ${state}, its receipt says ${told}` });
    if (redeemed > 1)
      violations.push({ invariant: "I4", what: `dispatch ${id} redeemed ${redeemed} grants` });
    if (state === "succeeded" && !known.worked.has(id))
      violations.push({
        invariant: "I4",
        what: `dispatch ${id} succeeded, and the worker knows nothing of it`,
      });
  }
  return violations;
}

/** The same log through the public verifier: each chain whole, and the tree whole against its newest checkpoint. */
export async function checkByVerifier({ admin, verifierKey }: Evidence): Promise<Violation[]> {
  const violations: Violation[] = [];
  const { rows } = await admin.query<StoredEntry>(ENTRIES, [0]);
  const chains = new Map<string, unknown[]>();
  for (const { tenant, body, receipt_hash, signature } of rows) {
    const receipt = {
      ...JSON.parse(body.toString("utf8")),
      receipt_hash,
      signature: signature?.toString("base64") ?? null,
    };
    chains.set(tenant, [...(chains.get(tenant) ?? []), receipt]);
  }
  for (const [tenant, receipts] of chains) {
    const verdict = await verifyChain(receipts);
    if (!verdict.ok) violations.push({ invariant: "I2", what: `chain ${tenant}: ${verdict.message}` });
  }
  const newest = await admin.query<StoredCheckpoint>(
    "SELECT tree_size::int, note FROM ledger.checkpoint ORDER BY tree_size DESC LIMIT 1",
  );
  for (const { tree_size, note } of newest.rows) {
    const { text } = await openNote(note, [await parseVerifierKey(verifierKey)]);
    const { root } = await readCheckpoint(text);
    const leaves = rows
      .slice(0, tree_size)
      .map((row) => new Uint8Array(Buffer.from(row.receipt_hash, "hex")));
    if (!Buffer.from(await rootFromLeaves(leaves)).equals(root))
      violations.push({ invariant: "I3", what: `checkpoint ${tree_size} is of another tree` });
  }
  return violations;
}

const STATES = `
  SELECT d.id, d.state, convert_from(r.body, 'UTF8')::jsonb ->> 'status' AS told,
    (SELECT count(*)::int FROM hall.grant_redemption g WHERE g.dispatch_id = d.id) AS redeemed
  FROM hall.dispatch d
  LEFT JOIN ledger.receipt_id_index i ON i.receipt_id = d.outcome_receipt_id
  LEFT JOIN ledger.receipt r ON r.leaf_index = i.leaf_index`;
