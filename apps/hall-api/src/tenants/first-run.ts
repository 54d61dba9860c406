import { randomUUID } from "node:crypto";
import {
  createMember,
  findMemberByEmail,
  hasOperators,
  lockFirstOperator,
  lookupAccount,
  replaceFoundingLink,
  withOperator,
  withTenant,
} from "@guildhall/db";
import { HALL_CHAIN, HallError } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { accountDigest } from "../identity/account-digest.ts";
import { hashSecret, newSecret, secretDigest } from "../identity/api-key.ts";
import { hashPassword, requireStrong } from "../identity/password.ts";
import { guardAttempt } from "../identity/sign-in-guard.ts";
import { takeAccount } from "../identity/take-account.ts";
import type { FirstOwner } from "./first-owner.ts";
import { FOUNDING_LINK_MS } from "./founding-link-ms.ts";

/**
 * While nobody operates this Hall as a person, each start makes a link that makes the first who does; the one before
 * leads nowhere. It is printed where the Hall was started and kept nowhere.
 * @returns the link's address, or null where somebody operates it
 */
export async function offerFirstRun(hall: Hall): Promise<{ url: string; expiresAt: Date } | null> {
  const link = newSecret("link");
  const id = randomUUID();
  const nowMs = hall.clock.now();
  const expiresAt = new Date(nowMs + FOUNDING_LINK_MS);
  const envelope = hall.ledger.envelopeFor(HALL_CHAIN, { kind: "hall", id: "first-run" }, nowMs);
  const act = await withOperator(hall.db, async (tx) => {
    if (await hasOperators(tx)) return null;
    await replaceFoundingLink(tx, {
      ...{ id, kind: "first_run", email: null, tokenHash: hashSecret(link) },
      ...{ createdAt: new Date(nowMs), expiresAt },
    });
    const details = { token_digest: secretDigest(hashSecret(link)) };
    const entry = { kind: "access", action: "first_run_offered", subject: id, details } as const;
    return hall.ledger.append(tx, { ...envelope, ...entry }, nowMs);
  });
  if (act === null) return null;
  await hall.ledger.sealed(act);
  return { url: `${hall.settings.consoleUrl}/first-run?token=${link}`, expiresAt };
}

/**
 * Makes the first platform operator, with an account. Of several who come at once one is made; the same person may come
 * again, after a crash, to go on with what their link founds.
 * @throws HallError LINK_SPENT where somebody else operates the Hall already
 */
export async function becomeFirstOperator(
  hall: Hall,
  { email, displayName, password, address }: FirstOwner & { password: string; address: string },
): Promise<void> {
  const known = await lookupAccount(hall.db, email);
  if (known === null) requireStrong(password, [email, displayName]);
  const secret = await hashPassword(password);
  const nowMs = hall.clock.now();
  const at = new Date(nowMs);
  const attempt = { subject: `password ${email}`, address, accountId: known };
  const { act } = await guardAttempt(hall, attempt, () =>
    withTenant(hall.db, HALL_CHAIN, async (tx) => {
      await lockFirstOperator(tx);
      let isOperator = false;
      const claim = async (id: string) => {
        isOperator = (await findMemberByEmail(tx, email))?.accountId === id;
        if (!isOperator && (await hasOperators(tx))) throw new HallError("LINK_SPENT");
      };
      const accountId = await takeAccount(tx, { known, email, password, secret, at, claim });
      if (accountId === null) return null;
      if (isOperator) return { act: null };
      const id = randomUUID();
      await createMember(tx, HALL_CHAIN, { id, displayName, role: "owner", email, accountId, joinedAt: at });
      const envelope = hall.ledger.envelopeFor(HALL_CHAIN, { kind: "person", id }, nowMs);
      const details = { role: "owner", account_digest: accountDigest(id, accountId) };
      const entry = { kind: "access", action: "joined", subject: id, details } as const;
      return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs) };
    }),
  );
  if (act) await hall.ledger.sealed(act);
}
