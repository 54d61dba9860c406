import { envelopeKeyId } from "@guildhall/attestation";
import { listNamespaceKeys, listRunnerKeys } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

const Key = {
  id: z.uuid(),
  key_id: z.string(),
  public_key: z.string(),
  registered_at: z.string(),
  retired_at: z.string().nullable(),
};

export const list = operation({
  name: "runner.list",
  summary: "Who may measure the tenant's workers, and who may sign for their packages; newest first.",
  permission: "attestation:read",
  input: z.strictObject({}),
  output: z.object({
    runners: z.array(z.object({ ...Key, name: z.string(), registered_by: z.string() })),
    /** Registered by the Hall's operator. */
    namespace_keys: z.array(z.object({ ...Key, namespace: z.string() })),
  }),
  rest: { method: "GET", path: "/wcp/runners" },
  trpc: "query",
  async run({ hall, ...context }) {
    const { runners, namespaces } = await asCaller(hall, callerOf(context), async (tx) => ({
      runners: await listRunnerKeys(tx),
      namespaces: await listNamespaceKeys(tx),
    }));
    return {
      runners: await Promise.all(
        runners.map(async (key) => ({
          ...(await shown(key)),
          name: key.name,
          registered_by: key.registeredBy,
        })),
      ),
      namespace_keys: await Promise.all(
        namespaces.map(async (key) => ({ ...(await shown(key)), namespace: key.namespace })),
      ),
    };
  },
});

async function shown(key: { id: string; publicKey: Uint8Array; registeredAt: Date; retiredAt: Date | null }) {
  return {
    id: key.id,
    key_id: await envelopeKeyId(new Uint8Array(key.publicKey)),
    public_key: Buffer.from(key.publicKey).toString("base64"),
    registered_at: key.registeredAt.toISOString(),
    retired_at: key.retiredAt?.toISOString() ?? null,
  };
}
