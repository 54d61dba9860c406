import { verifierKey } from "@guildhall/attestation";
import { z } from "zod";
import { operation, operatorOf } from "../operation.ts";

/** What this process keeps and rotates. The rest lives elsewhere: grant keys by themselves, feed-root offline. */
const ROLES = ["log", "ca", "evidence", "agreement", "feed-snapshot", "feed-timestamp"] as const;

export const rotate = operation({
  name: "keyring.rotate",
  summary:
    "Introduce a new key of a role under the one in use, have it take over and retire the old one; the answer comes when no instance signs with the old one any more.",
  permission: "hall:operate",
  stepUp: true,
  input: z.strictObject({ role: z.enum(ROLES), reason: z.string().min(1).max(256).default("not given") }),
  output: z.object({
    role: z.enum(ROLES),
    retired_key: z.string(),
    introduced_key: z.string(),
    introduced_by: z.uuid(),
    retired_by: z.uuid(),
    verifier_key: z.string(),
  }),
  rest: { method: "POST", path: "/hall/keys/:role/rotate" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const { role, reason } = input;
    const done = await hall.keyring.rotate(role, operatorOf(context).actor, reason);
    return {
      role,
      retired_key: done.retired,
      introduced_key: done.introduced,
      introduced_by: done.introducedBy,
      retired_by: done.retiredBy,
      verifier_key: verifierKey(hall.settings.origin, hall.signer.publicKey),
    };
  },
});
