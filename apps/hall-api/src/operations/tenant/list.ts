import { listTenants, readTenantFigures } from "@guildhall/db";
import { z } from "zod";
import { asOperator } from "../../identity/authenticate.ts";
import { operation, operatorOf } from "../operation.ts";
import { TenantLine, tenantLine } from "./view.ts";

export const list = operation({
  name: "tenant.list",
  summary: "The tenants of this Hall, how they stand, and how many of what they have; by name.",
  permission: "hall:read",
  input: z.strictObject({
    /** The slug to go on after. */
    after: z.string().max(64).default(""),
    limit: z.coerce.number().int().min(1).max(200).default(100),
  }),
  output: z.object({
    tenants: z.array(TenantLine),
    /** What to go on after; null where these are the last. */
    next: z.string().nullable(),
  }),
  rest: { method: "GET", path: "/hall/tenants" },
  trpc: "query",
  async run({ hall, input: { after, limit }, ...context }) {
    const { rows, figures } = await asOperator(hall, operatorOf(context), async (tx) => {
      const rows = await listTenants(tx, { after, limit: limit + 1 });
      const at = new Date(hall.clock.now());
      return {
        rows,
        figures: await readTenantFigures(
          tx,
          rows.map(({ id }) => id),
          at,
        ),
      };
    });
    const shown = rows.slice(0, limit);
    return {
      tenants: shown.map((tenant) => tenantLine(tenant, figures.get(tenant.id)!)),
      next: rows.length > limit ? (shown.at(-1)?.slug ?? null) : null,
    };
  },
});
