import { listCustomRoles, ROLES } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { GIVABLE_PERMISSIONS, ROLE_PERMISSIONS } from "../../identity/permissions.ts";
import { callerOf, operation } from "../operation.ts";

export const list = operation({
  name: "role.list",
  summary: "The roles that a member can have here, and what each may do.",
  permission: "role:read",
  input: z.strictObject({}),
  output: z.object({
    roles: z.array(
      z.object({
        name: z.string(),
        /** True for a role of the tenant's own. */
        own: z.boolean(),
        permissions: z.array(z.string()),
        updated_at: z.string().nullable(),
        retired_at: z.string().nullable(),
      }),
    ),
    /** What a role of the tenant's own can be made of. */
    givable: z.array(z.string()),
  }),
  rest: { method: "GET", path: "/wcp/roles" },
  trpc: "query",
  async run({ hall, ...context }) {
    const own = await asCaller(hall, callerOf(context), listCustomRoles);
    return {
      roles: [
        ...ROLES.map((name) => ({
          name,
          own: false,
          permissions: [...ROLE_PERMISSIONS[name]],
          updated_at: null,
          retired_at: null,
        })),
        ...own.map(({ name, permissions, updatedAt, retiredAt }) => ({
          name,
          own: true,
          permissions,
          updated_at: updatedAt.toISOString(),
          retired_at: retiredAt?.toISOString() ?? null,
        })),
      ],
      givable: [...GIVABLE_PERMISSIONS],
    };
  },
});
