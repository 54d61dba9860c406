import { listApiKeys, listIdentities, listKeyUse } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { KeyState, stateOf } from "./state.ts";
import { TERMS_VIEW, termsView } from "./terms.ts";

export const list = operation({
  name: "key.list",
  summary:
    "The tenant's API keys, without their text: what each may do, until when, and when it was last used.",
  permission: "key:read",
  input: z.strictObject({}),
  output: z.object({
    /** Those of the tenant, which a new key may sign as. */
    identities: z.array(z.string()),
    keys: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        hint: z.string(),
        state: KeyState,
        identities: z.array(z.string()),
        scopes: z.array(z.string()),
        ...TERMS_VIEW,
        created_at: z.string(),
        created_by: z.string().nullable(),
        expires_at: z.string().nullable(),
        revoked_at: z.string().nullable(),
        replaced_by: z.uuid().nullable(),
        /** Written down in batches: up to ten seconds late. */
        last_used_at: z.string().nullable(),
        used_today: z.int(),
      }),
    ),
  }),
  rest: { method: "GET", path: "/wcp/keys" },
  trpc: "query",
  async run({ hall, ...context }) {
    const { keys, uses, identities } = await asCaller(hall, callerOf(context), async (tx) => ({
      keys: await listApiKeys(tx),
      identities: await listIdentities(tx),
      uses: new Map((await listKeyUse(tx)).map((use) => [use.keyId, use])),
    }));
    const nowMs = hall.clock.now();
    const today = new Date(nowMs).toISOString().slice(0, 10);
    return {
      identities,
      keys: keys.map((key) => {
        const use = uses.get(key.id);
        return {
          id: key.id,
          name: key.name,
          hint: key.hint,
          state: stateOf(key, nowMs),
          identities: key.identities,
          scopes: key.scopes,
          ...termsView(key),
          created_at: key.createdAt.toISOString(),
          created_by: key.createdBy,
          expires_at: key.expiresAt?.toISOString() ?? null,
          revoked_at: key.revokedAt?.toISOString() ?? null,
          replaced_by: key.replacedBy,
          last_used_at: use && use.usedEver > 0 ? use.lastUsedAt.toISOString() : null,
          used_today: use?.day === today ? use.usedToday : 0,
        };
      }),
    };
  },
});
