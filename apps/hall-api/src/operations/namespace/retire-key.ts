import { z } from "zod";
import { recordNamespaceKeyRetired } from "../../identity/namespace-keys.ts";
import { operation, operatorOf } from "../operation.ts";

export const retireKey = operation({
  name: "namespace.retire-key",
  summary: "Retire the key of a namespace; nothing that it signed counts any more.",
  permission: "hall:operate",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), reason: z.string().min(1).max(256) }),
  output: z.object({ id: z.uuid(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/namespace-keys/:id/retire" },
  async run({ hall, input, ...context }) {
    const { actor } = operatorOf(context);
    const { receiptId } = await recordNamespaceKeyRetired(hall, actor, input);
    return { id: input.id, receipt_id: receiptId };
  },
});
