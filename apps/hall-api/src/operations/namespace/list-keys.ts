import { envelopeKeyId } from "@guildhall/attestation";
import { listAllNamespaceKeys, withOperator } from "@guildhall/db";
import { z } from "zod";
import { operation, operatorOf } from "../operation.ts";

export const listKeys = operation({
  name: "namespace.list-keys",
  summary: "Which keys sign for which namespaces, and whose they are.",
  permission: "hall:read",
  input: z.strictObject({}),
  output: z.object({
    keys: z.array(
      z.object({
        id: z.uuid(),
        tenant: z.string(),
        namespace: z.string(),
        key_id: z.string(),
        public_key: z.string(),
        registered_at: z.string(),
        retired_at: z.string().nullable(),
      }),
    ),
  }),
  rest: { method: "GET", path: "/hall/namespace-keys" },
  async run({ hall, ...context }) {
    operatorOf(context);
    const keys = await withOperator(hall.db, listAllNamespaceKeys);
    return {
      keys: await Promise.all(
        keys.map(async ({ id, tenant, namespace, publicKey, registeredAt, retiredAt }) => ({
          id,
          tenant,
          namespace,
          key_id: await envelopeKeyId(new Uint8Array(publicKey)),
          public_key: Buffer.from(publicKey).toString("base64"),
          registered_at: registeredAt.toISOString(),
          retired_at: retiredAt?.toISOString() ?? null,
        })),
      ),
    };
  },
});
