import { findTenantBySlug, readTenantFigures } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asOperator } from "../../identity/authenticate.ts";
import { operation, operatorOf } from "../operation.ts";
import { TenantLine, tenantLine } from "./view.ts";

export const get = operation({
  name: "tenant.get",
  summary: "One tenant: how it stands, whether its owner has come, and how many of what it has.",
  permission: "hall:read",
  input: z.strictObject({ tenant: z.string().min(1).max(64) }),
  output: TenantLine,
  rest: { method: "GET", path: "/hall/tenants/:tenant" },
  trpc: "query",
  async run({ hall, input: { tenant: slug }, ...context }) {
    return asOperator(hall, operatorOf(context), async (tx) => {
      const tenant = await findTenantBySlug(tx, slug);
      if (!tenant) throw new HallError("NOT_FOUND");
      const figures = await readTenantFigures(tx, [tenant.id], new Date(hall.clock.now()));
      return tenantLine(tenant, figures.get(tenant.id)!);
    });
  },
});
