import { listTenants, withOperator } from "@guildhall/db";
import { Standing } from "@guildhall/protocol";
import { z } from "zod";
import { operation, operatorOf } from "../operation.ts";

export const list = operation({
  name: "tenant.list",
  summary: "The tenants of this Hall and how they stand.",
  permission: "hall:read",
  input: z.strictObject({}),
  output: z.object({
    tenants: z.array(
      z.object({ tenant: z.string(), name: z.string(), standing: Standing, created_at: z.string() }),
    ),
  }),
  rest: { method: "GET", path: "/hall/tenants" },
  trpc: "query",
  async run({ hall, ...context }) {
    operatorOf(context);
    const tenants = await withOperator(hall.db, listTenants);
    return {
      tenants: tenants.map(({ slug, name, standing, createdAt }) => ({
        tenant: slug,
        name,
        standing,
        created_at: createdAt.toISOString(),
      })),
    };
  },
});
