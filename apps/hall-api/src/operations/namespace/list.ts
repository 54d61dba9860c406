import { listAllNamespaces, listTenants, withOperator } from "@guildhall/db";
import { z } from "zod";
import { operation, operatorOf } from "../operation.ts";

export const list = operation({
  name: "namespace.list",
  summary: "Which namespaces are registered, and whose they are.",
  permission: "hall:read",
  input: z.strictObject({}),
  output: z.object({
    namespaces: z.array(
      z.object({
        namespace: z.string(),
        /** The tenant's slug. */
        tenant: z.string(),
        registered_at: z.string(),
        released_at: z.string().nullable(),
      }),
    ),
  }),
  rest: { method: "GET", path: "/hall/namespaces" },
  trpc: "query",
  async run({ hall, ...context }) {
    operatorOf(context);
    const { rows, slugOf } = await withOperator(hall.db, async (tx) => ({
      rows: await listAllNamespaces(tx),
      slugOf: new Map((await listTenants(tx)).map(({ id, slug }) => [id, slug])),
    }));
    return {
      namespaces: rows.map(({ namespace, tenantId, registeredAt, releasedAt }) => ({
        namespace,
        tenant: slugOf.get(tenantId) ?? "",
        registered_at: registeredAt.toISOString(),
        released_at: releasedAt?.toISOString() ?? null,
      })),
    };
  },
});
