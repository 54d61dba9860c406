import { ROLES } from "@guildhall/db";
import { z } from "zod";

/** The name of a role of the tenant's own; those that every tenant has are taken. */
export const CustomRoleName = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, "expected lower case, digits and hyphens, like key-keeper")
  .refine(
    (name) => name !== "custom" && !(ROLES as readonly string[]).includes(name),
    "expected a name that no role of every tenant has",
  );

/** Any role that a member may be given. */
export const RoleName = z.union([z.enum(ROLES), CustomRoleName]);
