import { randomUUID } from "node:crypto";
import type { TenantId } from "@guildhall/protocol";
import {
  completeSsoFlow,
  createNameProof,
  createSsoConnection,
  type Db,
  noteProofChecked,
  withTenant,
} from "../src/index.ts";

/** One row in every table of single sign-on: a proved domain, a connection, and a sign-in through it. */
export async function furnishSingleSignOn(db: Db, tenant: TenantId): Promise<void> {
  const at = new Date();
  const [id, connectionId] = [randomUUID(), randomUUID()];
  const name = `t${tenant}.example`;
  await withTenant(db, tenant, async (tx) => {
    const asked = { kind: "email", name, domain: name, challenge: "x", askedAt: at, expiresAt: at } as const;
    await createNameProof(tx, tenant, { id, ...asked });
    await noteProofChecked(tx, id, { checkedAt: at, provedAt: at });
    await createSsoConnection(tx, tenant, {
      id: connectionId,
      issuer: "https://idp.example",
      clientId: "hall",
      clientSecret: Buffer.from("sealed"),
      joinRole: null,
      isRequired: false,
      createdAt: at,
    });
    await completeSsoFlow(tx, tenant, { flowId: randomUUID(), connectionId, at });
  });
}
