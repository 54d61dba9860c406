import { liveFactors, livePasskeys, nameAccount, readAccount } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { STEP_UP_MS } from "../../identity/require-step-up.ts";
import { callerOf, operation } from "../operation.ts";

const PasskeyView = z.object({
  id: z.uuid(),
  name: z.string(),
  created_at: z.string(),
  /** Null where it was never shown. */
  last_used_at: z.string().nullable(),
});

/** For people alone, so there is no door for keys. */
export const get = operation({
  name: "account.get",
  summary: "One's own account: what signs it in, and until when sensitive acts are open.",
  permission: "account:change",
  input: z.strictObject({}),
  output: z.object({
    /** Null for who signs in by links alone. */
    account: z
      .object({
        email: z.string().nullable(),
        password_since: z.string().nullable(),
        totp_since: z.string().nullable(),
        passkeys: z.array(PasskeyView),
        recovery_codes_left: z.int(),
      })
      .nullable(),
    fresh_until: z.string().nullable(),
  }),
  trpc: "query",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const { credential } = caller;
    if (credential.kind !== "session")
      throw new HallError("FORBIDDEN", { detail: { permission: "account:change" } });
    const { accountId, stepUpAtMs } = credential;
    const fresh_until = stepUpAtMs === null ? null : new Date(stepUpAtMs + STEP_UP_MS).toISOString();
    if (accountId === null) return { account: null, fresh_until };
    const { account, factors, passkeys } = await asCaller(hall, caller, async (tx) => {
      const own = await nameAccount(tx, accountId);
      const [account, factors] = [await readAccount(own), await liveFactors(own)];
      return { account, factors, passkeys: await livePasskeys(own) };
    });
    const since = (kind: string) =>
      factors.find((factor) => factor.kind === kind)?.confirmedAt?.toISOString() ?? null;
    return {
      account: {
        email: account?.email ?? null,
        password_since: since("password"),
        totp_since: since("totp"),
        passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt }) => ({
          ...{ id, name, created_at: createdAt.toISOString() },
          last_used_at: lastUsedAt?.toISOString() ?? null,
        })),
        recovery_codes_left: factors.filter(({ kind }) => kind === "recovery").length,
      },
      fresh_until,
    };
  },
});
