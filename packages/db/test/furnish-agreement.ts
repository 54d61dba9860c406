import { createHash, randomUUID } from "node:crypto";
import type { TenantId } from "@guildhall/protocol";
import {
  activateAgreementVersion,
  countersignAgreementVersion,
  createAgreement,
  type Db,
  signAgreementVersion,
  storeAgreementVersion,
  takeQuota,
  withTenant,
} from "../src/index.ts";

/** One row in every table of agreements: one in force, of whose quota something is used. */
export async function furnishAgreement(db: Db, tenant: TenantId): Promise<{ id: string; digest: string }> {
  const id = randomUUID();
  const act = () => ({ at: new Date(), by: "person:olga", receiptId: randomUUID() });
  const document = JSON.stringify({ id });
  const digest = `sha256:${createHash("sha256").update(document).digest("hex")}`;
  await withTenant(db, tenant, async (tx) => {
    await createAgreement(tx, tenant, id, act());
    await storeAgreementVersion(tx, tenant, { agreementId: id, version: 1, digest, document }, act());
    await signAgreementVersion(tx, id, 1, act());
    const { at, receiptId } = act();
    await countersignAgreementVersion(tx, id, 1, { at, keyId: "0".repeat(16), envelope: "{}", receiptId });
    await activateAgreementVersion(tx, id, 1, act());
    await takeQuota(tx, tenant, { agreementId: id, period: "hour", beginsAt: at, limit: 10, units: 3 });
  });
  return { id, digest };
}
