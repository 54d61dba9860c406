import { randomUUID } from "node:crypto";
import { type ApiKey, createApiKey, findApiKey, listIdentities, replaceApiKey } from "@guildhall/db";
import { HallError, type KeyId } from "@guildhall/protocol";
import { z } from "zod";
import { hashSecret, newSecret, secretDigest } from "../../identity/api-key.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { stateOf } from "./state.ts";
import { termsDetails } from "./terms.ts";

const GRACE_MAX_SECONDS = 24 * 3600;

/**
 * A new key with the same rights takes the place of one; for the grace both hold, and each decision names the key that
 * asked. It narrows a right, so it raises the fence: from this entry on every decision knows when the old key ends.
 */
export const rotate = operation({
  name: "key.rotate",
  summary: "Replace an API key by a new one with the same rights; for up to 24 hours the old one holds too.",
  permission: "key:create",
  stepUp: true,
  input: z.strictObject({
    id: z.uuid(),
    /** 0: the old key ends with this answer. */
    grace_seconds: z.int().min(0).max(GRACE_MAX_SECONDS).default(0),
  }),
  output: z.object({
    id: z.uuid(),
    key: z.string(),
    expires_at: z.string().nullable(),
    replaces: z.uuid(),
    /** From when on the old key is refused. */
    replaced_until: z.string(),
    receipt_id: z.uuid(),
    leaf_index: z.int(),
  }),
  rest: { method: "POST", path: "/wcp/keys/:id/rotate", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const secret = newSecret("key");
    const keyHash = hashSecret(secret);
    const id = randomUUID() as KeyId;
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, expiresAt, until } = await asCaller(hall, caller, async (tx) => {
      const old = await findApiKey(tx, input.id);
      if (!old) throw new HallError("NOT_FOUND");
      const state = stateOf(old, nowMs);
      if (state !== "in_use" && state !== "expires_soon")
        throw new HallError("CONFLICT", { detail: { reason: `the key is ${state}` } });
      const owned = new Set(await listIdentities(tx));
      const expiresAt = lifeOf(old, nowMs);
      const until = graceOf(old, nowMs, input.grace_seconds);
      // What its tenant has given up since is not given again.
      const identities = old.identities.filter((identity) => owned.has(identity));
      await createApiKey(tx, {
        ...termsAndRights(old),
        identities,
        id,
        keyHash,
        hint: secret.slice(0, 13),
        expiresAt,
        createdBy: actorName(caller),
      });
      if (!(await replaceApiKey(tx, old.id, { replacedBy: id, until, at })))
        throw new HallError("CONFLICT", { detail: { reason: "the key was replaced or revoked meanwhile" } });
      const details = {
        successor: id,
        grace_seconds: input.grace_seconds,
        replaced_until: (until ?? at).toISOString(),
        identities,
        scopes: old.scopes,
        key_digest: secretDigest(keyHash),
        expires_at: expiresAt?.toISOString() ?? null,
        ...termsDetails(id, old),
      };
      const act = await hall.ledger.append(
        tx,
        { ...envelope, kind: "key", action: "rotated", subject: old.id, details },
        nowMs,
        "tenant",
      );
      return { act, expiresAt, until: until ?? at };
    });
    await hall.ledger.sealed(act);
    return {
      id,
      key: secret,
      expires_at: expiresAt?.toISOString() ?? null,
      replaces: input.id,
      replaced_until: until.toISOString(),
      receipt_id: act.receiptId,
      leaf_index: act.leafIndex,
    };
  },
});

function termsAndRights(old: ApiKey) {
  const { tenantId, name, scopes, environments, addresses, agent, requestsPerMinute, requestsPerDay } = old;
  return { tenantId, name, scopes, environments, addresses, agent, requestsPerMinute, requestsPerDay };
}

/** The new key lives as long as the old one was made for. */
function lifeOf({ createdAt, expiresAt }: ApiKey, nowMs: number): Date | null {
  return expiresAt && new Date(nowMs + (expiresAt.getTime() - createdAt.getTime()));
}

/** When the old key ends: never later than it would have. Null: now. */
function graceOf({ expiresAt }: ApiKey, nowMs: number, graceSeconds: number): Date | null {
  if (graceSeconds === 0) return null;
  const until = nowMs + graceSeconds * 1000;
  return new Date(Math.min(until, expiresAt?.getTime() ?? until));
}
