import { verifierKey } from "@guildhall/attestation";
import { findReceipt } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { sizeOf } from "./get.ts";

export const proveReceipt = operation({
  name: "receipt.proof",
  summary: "Where a receipt stands in the log: its inclusion proof against the newest checkpoint.",
  permission: "receipt:read",
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({
    receipt_hash: z.string(),
    leaf_index: z.int(),
    tree_size: z.int(),
    inclusion_proof: z.array(z.string()),
    checkpoint: z.string(),
    verifier_key: z.string(),
  }),
  rest: { method: "GET", path: "/wcp/receipts/:id/proof" },
  async run({ hall, input, ...context }) {
    const stored = await asCaller(hall, callerOf(context), (tx) => findReceipt(tx, input.id));
    if (!stored) throw new HallError("NOT_FOUND");
    const { receipt, seal } = await hall.ledger.present(stored);
    return {
      receipt_hash: receipt.receipt_hash,
      leaf_index: receipt.leaf_index,
      tree_size: sizeOf(seal.checkpoint),
      ...seal,
      verifier_key: verifierKey(hall.settings.origin, hall.signer.publicKey),
    };
  },
});
