import { findReceipt } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const SealedReceiptView = z.object({
  receipt: z.looseObject({
    receipt_id: z.uuid(),
    receipt_hash: z.string(),
    signature: z.string().nullable(),
  }),
  seal: z.object({ checkpoint: z.string(), inclusion_proof: z.array(z.string()) }),
});

export const getReceipt = operation({
  name: "receipt.get",
  summary: "A receipt with its seal: everything a verifier needs but the public key.",
  permission: "receipt:read",
  input: z.strictObject({ id: z.uuid() }),
  output: SealedReceiptView,
  rest: { method: "GET", path: "/wcp/receipts/:id" },
  async run({ hall, input, ...context }) {
    const stored = await asCaller(hall, callerOf(context), (tx) => findReceipt(tx, input.id));
    if (!stored) throw new HallError("NOT_FOUND");
    return hall.ledger.present(stored) as Promise<z.infer<typeof SealedReceiptView>>;
  },
});
