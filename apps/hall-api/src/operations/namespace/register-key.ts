import { findTenantBySlug, withOperator } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { recordNamespaceKey } from "../../identity/namespace-keys.ts";
import { operation, operatorOf } from "../operation.ts";

/** Nothing here proves that the namespace is the tenant's: it is so because the operator says it. */
export const registerKey = operation({
  name: "namespace.register-key",
  summary: "Register the key by which a tenant's namespace signs for its packages.",
  permission: "hall:operate",
  stepUp: true,
  input: z.strictObject({
    /** The tenant's slug. */
    tenant: z.string().min(1).max(64),
    namespace: z
      .string()
      .max(64)
      .regex(/^(?:org|x)\.[a-z0-9]+(?:-[a-z0-9]+)*$/, "expected a namespace like org.acme"),
    /** Ed25519, 32 bytes in base64. */
    public_key: z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "expected 32 bytes in base64"),
  }),
  output: z.object({ id: z.uuid(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/namespace-keys", status: 201 },
  async run({ hall, input, ...context }) {
    const { actor } = operatorOf(context);
    const tenant = await withOperator(hall.db, (tx) => findTenantBySlug(tx, input.tenant));
    if (!tenant) throw new HallError("NOT_FOUND");
    const { id, receiptId } = await recordNamespaceKey(hall, actor, {
      tenantId: tenant.id,
      namespace: input.namespace,
      publicKey: Buffer.from(input.public_key, "base64"),
    });
    return { id, receipt_id: receiptId };
  },
});
