import { randomUUID } from "node:crypto";
import { addFactor, createAccount, nameAccount, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { showPassword } from "./factors.ts";

/**
 * The account of whoever comes by a one-time link: whoever has one shows its password, so that a link alone takes nobody's
 * account over, and whoever has none sets one.
 * @param secret the password as it is kept. @returns null where it is not the account's
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
  }: { known: string | null; email: string; password: string; secret: Uint8Array; at: Date },
): Promise<string | null> {
  const accountId = known ?? randomUUID();
  const account = await nameAccount(tx, accountId);
  if (known !== null) return (await showPassword(account, password)) ? accountId : null;
  if (!(await createAccount(account, { id: accountId, email })))
    throw new HallError("CONFLICT", { detail: { reason: "the account was made a moment ago; try again" } });
  await addFactor(account, { accountId, kind: "password", secret, at, confirmed: true });
  return accountId;
}
