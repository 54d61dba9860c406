import { listApiKeys } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const list = operation({
  name: "key.list",
  summary: "The tenant's API keys, without their text.",
  permission: "key:read",
  input: z.strictObject({}),
  output: z.object({
    keys: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        hint: z.string(),
        identities: z.array(z.string()),
        scopes: z.array(z.string()),
        created_at: z.string(),
        expires_at: z.string().nullable(),
        revoked_at: z.string().nullable(),
      }),
    ),
  }),
  rest: { method: "GET", path: "/wcp/keys" },
  trpc: "query",
  async run({ hall, ...context }) {
    const keys = await asCaller(hall, callerOf(context), listApiKeys);
    return {
      keys: keys.map(({ id, name, hint, identities, scopes, createdAt, expiresAt, revokedAt }) => ({
        id,
        name,
        hint,
        identities,
        scopes,
        created_at: createdAt.toISOString(),
        expires_at: expiresAt?.toISOString() ?? null,
        revoked_at: revokedAt?.toISOString() ?? null,
      })),
    };
  },
});
