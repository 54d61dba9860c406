import { randomUUID } from "node:crypto";
import { addFactor, createAccount, nameAccount, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { showPassword } from "./factors.ts";

/**
 * The account of whoever comes by a one-time link: whoever has one shows its password, so that a link alone takes nobody's
 * account over, and whoever has none sets one.
 * @param secret the password as it is kept
 * @param claim makes it happen once, when the password was shown and before an account is made: of two who come with one
 * link the second waits there. @returns null where the password is not the account's
 * @throws HallError CONFLICT where somebody with this e-mail made the account a moment ago
 */
export async function takeAccount(
  tx: TenantTx,
  {
    known,
    email,
    password,
    secret,
    at,
    claim,
  }: {
    known: string | null;
    email: string;
    password: string;
    secret: Uint8Array;
    at: Date;
    claim: (accountId: string) => Promise<void>;
  },
): Promise<string | null> {
  const accountId = known ?? randomUUID();
  const account = await nameAccount(tx, accountId);
  if (known !== null && !(await showPassword(account, password))) return null;
  await claim(accountId);
  if (known !== null) return accountId;
  if (!(await createAccount(account, { id: accountId, email })))
    throw new HallError("CONFLICT", { detail: { reason: "the account was made a moment ago; try again" } });
  await addFactor(account, { accountId, kind: "password", secret, at, confirmed: true });
  return accountId;
}
