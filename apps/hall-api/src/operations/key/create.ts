import { randomUUID } from "node:crypto";
import { createApiKey, listIdentities } from "@guildhall/db";
import { HallError, isPrintable, type KeyId, SignatoryId } from "@guildhall/protocol";
import { z } from "zod";
import { hashSecret, newSecret, secretDigest } from "../../identity/api-key.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { KeyScopeName, scopesOf } from "../../identity/key-scopes.ts";
import { DEFAULT_KEY_SCOPES } from "../../identity/permissions.ts";
import { callerOf, operation } from "../operation.ts";
import { TERMS_INPUT, termsDetails, termsOf } from "./terms.ts";

const YEAR_SECONDS = 366 * 24 * 3600;

/** People create keys; keys do not (RELIABILITY T5). */
export const create = operation({
  name: "key.create",
  summary: "Create an API key; its text is in this answer and nowhere else.",
  permission: "key:create",
  stepUp: true,
  input: z.strictObject({
    name: z.string().min(1).max(64).refine(isPrintable, "expected 1 to 64 printable characters"),
    identities: z.array(SignatoryId).min(1).max(100),
    /** Groups such as `route`, or single permissions. */
    scopes: z.array(KeyScopeName).min(1).max(64).default(DEFAULT_KEY_SCOPES),
    expires_in_seconds: z.int().min(60).max(YEAR_SECONDS).optional(),
    ...TERMS_INPUT,
  }),
  output: z.object({
    id: z.uuid(),
    key: z.string(),
    expires_at: z.string().nullable(),
    receipt_id: z.uuid(),
  }),
  rest: { method: "POST", path: "/wcp/keys", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const secret = newSecret("key");
    const keyHash = hashSecret(secret);
    const id = randomUUID() as KeyId;
    const nowMs = hall.clock.now();
    const scopes = scopesOf(input.scopes);
    const terms = termsOf(input);
    const expiresAt = input.expires_in_seconds ? new Date(nowMs + input.expires_in_seconds * 1000) : null;
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      const owned = new Set(await listIdentities(tx));
      const foreign = input.identities.filter((identity) => !owned.has(identity));
      if (foreign.length > 0)
        throw new HallError("INVALID_REQUEST", {
          detail: { problems: [{ path: "identities", expected: "identities that your tenant owns" }] },
        });
      await createApiKey(tx, {
        id,
        tenantId: caller.tenantId,
        name: input.name,
        keyHash,
        hint: secret.slice(0, 13),
        identities: input.identities,
        scopes,
        ...terms,
        expiresAt,
        createdBy: actorName(caller),
      });
      return hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "key",
          action: "created",
          subject: id,
          details: {
            identities: input.identities,
            scopes,
            key_digest: secretDigest(keyHash),
            expires_at: expiresAt?.toISOString() ?? null,
            ...termsDetails(id, terms),
          },
        },
        nowMs,
      );
    });
    await hall.ledger.sealed(act);
    return { id, key: secret, expires_at: expiresAt?.toISOString() ?? null, receipt_id: act.receiptId };
  },
});
