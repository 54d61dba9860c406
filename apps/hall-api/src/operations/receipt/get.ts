import { findReceipt, readCheckpointNote } from "@guildhall/db";
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
  input: z.strictObject({
    id: z.uuid(),
    cosigned: z.coerce
      .number()
      .int()
      .min(1)
      .max(15)
      .optional()
      .describe("Under the newest checkpoint that so many witnesses have cosigned; 409 until there is one."),
  }),
  output: SealedReceiptView,
  rest: { method: "GET", path: "/wcp/receipts/:id" },
  async run({ hall, input, ...context }) {
    const stored = await asCaller(hall, callerOf(context), (tx) => findReceipt(tx, input.id));
    if (!stored) throw new HallError("NOT_FOUND");
    if (input.cosigned === undefined)
      return hall.ledger.present(stored) as Promise<z.infer<typeof SealedReceiptView>>;
    const note = await readCheckpointNote(hall.db, { cosignatures: input.cosigned });
    if (note === null || sizeOf(note) <= stored.leafIndex)
      throw new HallError("CONFLICT", { detail: { reason: "not cosigned by that many witnesses yet" } });
    return hall.ledger.present(stored, { treeSize: sizeOf(note), note }) as Promise<
      z.infer<typeof SealedReceiptView>
    >;
  },
});

/** The second line of a checkpoint. */
export function sizeOf(checkpoint: string): number {
  return Number(checkpoint.split("\n", 2)[1]);
}
