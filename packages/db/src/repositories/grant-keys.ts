import type { Db } from "../client.ts";
import type { OperatorTx } from "../with-operator.ts";

/** The public key of one process that issues grants. */
export interface GrantKey {
  kid: string;
  publicKey: Uint8Array;
  notBefore: Date;
  notAfter: Date;
}

export async function storeGrantKey(tx: OperatorTx, key: GrantKey): Promise<void> {
  await tx.$executeRaw`INSERT INTO hall.grant_key (kid, public_key, not_before, not_after)
    VALUES (${key.kid}, ${new Uint8Array(key.publicKey)}, ${key.notBefore}, ${key.notAfter})`;
}

/** Keys that are valid at `at`, of every instance. */
export async function liveGrantKeys(db: Db, at: Date): Promise<GrantKey[]> {
  return db.app.grantKey.findMany({ where: { notAfter: { gt: at } }, orderBy: { notBefore: "desc" } });
}
