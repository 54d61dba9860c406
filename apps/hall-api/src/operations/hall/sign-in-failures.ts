import { listSignInFailures, withOperator } from "@guildhall/db";
import { z } from "zod";
import { operation } from "../operation.ts";

/** Of no tenant, since nobody was let in to one. Bounded: the oldest is written over. */
export const signInFailures = operation({
  name: "hall.sign-in-failures",
  summary: "The newest of the security log: what was tried and did not sign in.",
  permission: "hall:read",
  input: z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  output: z.object({
    failures: z.array(
      z.object({
        at: z.string(),
        reason: z.string(),
        account_id: z.uuid().nullable(),
        address: z.string(),
      }),
    ),
  }),
  rest: { method: "GET", path: "/hall/sign-in-failures" },
  async run({ hall, input: { limit } }) {
    const failures = await withOperator(hall.db, (tx) => listSignInFailures(tx, limit));
    return {
      failures: failures.map(({ at, reason, accountId, address }) => ({
        at: at.toISOString(),
        reason,
        account_id: accountId,
        address,
      })),
    };
  },
});
