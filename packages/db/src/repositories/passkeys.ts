import { randomUUID } from "node:crypto";
import type { AccountTx } from "../with-account.ts";

/** A public key of an account. Its private half never leaves the device that made it. */
export interface Passkey {
  id: string;
  /** What its owner calls it. */
  name: string;
  credentialId: Uint8Array;
  /** COSE, as the device gave it. */
  publicKey: Uint8Array;
  transports: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Before factors are counted: two changes to one account's factors wait for each other. */
export async function lockFactors(tx: AccountTx, accountId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.factors/${accountId}`}, 0))`;
}

/** Those that count now, oldest first. */
export async function livePasskeys(tx: AccountTx): Promise<Passkey[]> {
  const rows = await tx.passkey.findMany({
    where: { endedAt: null },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return rows.map(({ id, name, credentialId, publicKey, transports, createdAt, lastUsedAt }) => ({
    ...{ id, name, credentialId, publicKey, transports, createdAt, lastUsedAt },
  }));
}

/** @returns its id, or null where somebody has this credential, or had it */
export async function addPasskey(
  tx: AccountTx,
  passkey: {
    accountId: string;
    name: string;
    credentialId: Uint8Array;
    publicKey: Uint8Array;
    signCount: number;
    transports: readonly string[];
    at: Date;
  },
): Promise<string | null> {
  const id = randomUUID();
  const { accountId, name, signCount, transports, at } = passkey;
  const [credentialId, publicKey] = [new Uint8Array(passkey.credentialId), new Uint8Array(passkey.publicKey)];
  // The row that is in the way may be another account's, which this transaction does not see.
  const made = await tx.$executeRaw`
    INSERT INTO hall.passkey (account_id, id, name, credential_id, public_key, sign_count, transports, created_at)
    VALUES (${accountId}::uuid, ${id}::uuid, ${name}, ${credentialId}, ${publicKey}, ${signCount}, ${[...transports]}, ${at})
    ON CONFLICT (credential_id) DO NOTHING`;
  return made === 1 ? id : null;
}

/**
 * Takes the count that came with a signature once: of two signatures with one count the second is refused.
 * @returns false where the count did not go up; a device that does not count says 0 each time
 */
export async function takeSignCount(
  tx: AccountTx,
  id: string,
  { signCount, at }: { signCount: number; at: Date },
): Promise<boolean> {
  const goesUp = { signCount: { lt: signCount } };
  const { count } = await tx.passkey.updateMany({
    where: { id, endedAt: null, ...(signCount === 0 ? { signCount: 0 } : goesUp) },
    data: { signCount, lastUsedAt: at },
  });
  return count === 1;
}

/** @returns false where there is no such passkey any more */
export async function endPasskey(tx: AccountTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.passkey.updateMany({ where: { id, endedAt: null }, data: { endedAt: at } });
  return count === 1;
}
