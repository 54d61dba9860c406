import { randomUUID } from "node:crypto";
import { createTenant, findTenantAlike, type OperatorTx } from "@guildhall/db";
import {
  type Actor,
  HALL_CHAIN,
  HallError,
  type SignatoryId,
  type TenantId,
  type TenantSlug,
} from "@guildhall/protocol";
import type { Hall } from "../hall.ts";

export interface NewTenant {
  slug: TenantSlug;
  name: string;
  /** On whose word: the Hall's operator's, or that of a link that somebody was sent. */
  by: "operator" | "sign_up" | "first_run";
  /** The link, where it is one. */
  foundingLink?: string;
}

/**
 * An empty tenant, which signs by its own slug. Its first owner is invited in a transaction of its own, on the chain that
 * is now there: a crash in between leaves a tenant that waits for an invitation.
 * @throws HallError CONFLICT where the name is taken, or looks like one that is. Whose it is stays untold.
 */
export async function writeTenant(
  hall: Hall,
  tx: OperatorTx,
  { slug, name, by, foundingLink, actor, nowMs }: NewTenant & { actor: Actor; nowMs: number },
  // Before the entry: nothing follows it but COMMIT.
  alsoWrite: (id: TenantId) => Promise<void> = async () => undefined,
) {
  const alike = await findTenantAlike(tx, slug);
  if (alike !== null)
    throw new HallError("CONFLICT", {
      detail: { reason: alike === slug ? "the name is taken" : "the name looks like another that is taken" },
    });
  const id = randomUUID() as TenantId;
  const identities = [slug as string as SignatoryId];
  await createTenant(tx, { id, slug, name, identities });
  await alsoWrite(id);
  const envelope = hall.ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
  const details = { slug, identities, by, ...(foundingLink && { founding_link: foundingLink }) };
  const entry = { kind: "tenant", action: "created", subject: id, details } as const;
  return { id, act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs) };
}
