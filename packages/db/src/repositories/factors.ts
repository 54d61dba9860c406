import { randomUUID } from "node:crypto";
import type { AccountTx } from "../with-account.ts";

/** What an account can show. A recovery code is a factor that counts once. */
export type FactorKind = "password" | "totp" | "recovery";

export interface Factor {
  id: string;
  kind: FactorKind;
  secret: Uint8Array;
  createdAt: Date;
  confirmedAt: Date | null;
  lastStep: number;
}

/** Those that count now: confirmed, and not ended. */
export async function liveFactors(tx: AccountTx, kind?: FactorKind): Promise<Factor[]> {
  const rows = await tx.factor.findMany({
    where: { ...(kind && { kind }), confirmedAt: { not: null }, endedAt: null },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return rows.map(toFactor);
}

export async function addFactor(
  tx: AccountTx,
  factor: { accountId: string; kind: FactorKind; secret: Uint8Array; at: Date; confirmed: boolean },
): Promise<string> {
  const id = randomUUID();
  const { accountId, kind, secret, at, confirmed } = factor;
  await tx.factor.create({
    data: {
      accountId,
      id,
      kind,
      secret: new Uint8Array(secret),
      createdAt: at,
      confirmedAt: confirmed ? at : null,
    },
  });
  return id;
}

/** One that waits to be confirmed. */
export async function findUnconfirmedFactor(tx: AccountTx, id: string): Promise<Factor | null> {
  const row = await tx.factor.findFirst({ where: { id, confirmedAt: null, endedAt: null } });
  return row && toFactor(row);
}

export async function confirmFactor(tx: AccountTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.factor.updateMany({
    where: { id, confirmedAt: null, endedAt: null },
    data: { confirmedAt: at },
  });
  return count === 1;
}

/** Ends every factor of a kind, also those that nobody confirmed. @returns how many counted until now */
export async function endFactors(tx: AccountTx, kind: FactorKind, at: Date): Promise<number> {
  const live = await tx.factor.count({ where: { kind, confirmedAt: { not: null }, endedAt: null } });
  await tx.factor.updateMany({ where: { kind, endedAt: null }, data: { endedAt: at } });
  return live;
}

/** Takes a TOTP's step once. @returns false where it, or a later one, was taken before */
export async function takeStep(tx: AccountTx, id: string, step: number): Promise<boolean> {
  const { count } = await tx.factor.updateMany({
    where: { id, lastStep: { lt: step } },
    data: { lastStep: step },
  });
  return count === 1;
}

/** Spends a recovery code. @returns false where it was spent before */
export async function spendFactor(tx: AccountTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.factor.updateMany({ where: { id, endedAt: null }, data: { endedAt: at } });
  return count === 1;
}

type Row = NonNullable<Awaited<ReturnType<AccountTx["factor"]["findFirst"]>>>;

function toFactor({ id, kind, secret, createdAt, confirmedAt, lastStep }: Row): Factor {
  return { id, kind: kind as FactorKind, secret, createdAt, confirmedAt, lastStep: Number(lastStep) };
}
