import { z } from "zod";
import { registerFeedRoot } from "../../keys/feed-root.ts";
import { operation, operatorOf } from "../operation.ts";

export const registerRoot = operation({
  name: "keyring.register-root",
  summary:
    "Enter the offline keys that begin a ban feed, signed by each of them, and by the threshold of those that they replace.",
  permission: "hall:operate",
  stepUp: true,
  input: z.strictObject({
    /** A DSSE envelope, as `hall keys init --feed-root` writes it. */
    envelope: z.string().max(16_384),
    reason: z.string().min(1).max(256),
  }),
  output: z.object({
    digest: z.string(),
    version: z.int(),
    threshold: z.int(),
    key_ids: z.array(z.string()),
    receipt_id: z.uuid(),
  }),
  rest: { method: "POST", path: "/hall/keys/feed-root", status: 201, refuses: [409, 422] },
  async run({ hall, input, ...context }) {
    const done = await registerFeedRoot(hall, operatorOf(context).actor, input);
    const { digest, version, threshold, keyIds, receiptId } = done;
    return { digest, version, threshold, key_ids: keyIds, receipt_id: receiptId };
  },
});
