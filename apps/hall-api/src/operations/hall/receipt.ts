import { findReceipt, withOperator } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";
import { SealedReceiptView } from "../receipt/get.ts";

export const receipt = operation({
  name: "hall.receipt",
  summary: "A receipt of the Hall's own chain with its seal.",
  permission: "hall:read",
  input: z.strictObject({ id: z.uuid() }),
  output: SealedReceiptView,
  rest: { method: "GET", path: "/hall/receipts/:id" },
  async run({ hall, input }) {
    const stored = await withOperator(hall.db, (tx) => findReceipt(tx, input.id));
    if (!stored) throw new HallError("NOT_FOUND");
    return hall.ledger.present(stored) as Promise<z.infer<typeof SealedReceiptView>>;
  },
});
