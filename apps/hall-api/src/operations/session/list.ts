import { listSessions } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const SessionView = z.object({
  id: z.uuid(),
  /** True for the one that asks. */
  current: z.boolean(),
  /** By what it was begun, such as `password+totp`. */
  factors: z.string(),
  /** Where it was begun from: the person's own address, where the proxies between are trusted ones. */
  address: z.string().nullable(),
  created_at: z.string(),
  expires_at: z.string(),
});

export const list = operation({
  name: "session.list",
  summary: "One's own sessions that stand.",
  permission: "session:end",
  input: z.strictObject({}),
  output: z.object({ sessions: z.array(SessionView) }),
  trpc: "query",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const { credential } = caller;
    if (credential.kind !== "session")
      throw new HallError("FORBIDDEN", { detail: { permission: "session:end" } });
    const at = new Date(hall.clock.now());
    const sessions = await asCaller(hall, caller, (tx) => listSessions(tx, caller.actor.id, at));
    return {
      sessions: sessions.map(({ id, factors, address, createdAt, expiresAt }) => ({
        id,
        current: id === credential.id,
        factors,
        address,
        created_at: createdAt.toISOString(),
        expires_at: expiresAt.toISOString(),
      })),
    };
  },
});
