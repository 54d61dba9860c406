import { z } from "zod";
import { nameSkeleton } from "./namespace.ts";

/** A tenant's name in addresses: of this alphabet alone (H-020 to H-028), and nothing that the Hall itself is called. */
export const TenantSlug = z
  .string()
  .min(2, "expected 2 to 40 characters")
  .max(40, "expected 2 to 40 characters")
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "expected small letters, digits and single hyphens, such as acme")
  .refine((slug) => !RESERVED.has(nameSkeleton(slug)), "this name, or what looks like it, is reserved")
  .brand("TenantSlug");
export type TenantSlug = z.infer<typeof TenantSlug>;

/** Paths of the console and the API, words that mean the Hall, and what programs take for something else (H-027). */
const RESERVED_NAMES = [
  ...["guildhall", "hall", "platform", "system", "root", "admin", "administrator", "operator", "owner"],
  ...["official", "support", "security", "billing", "help", "tenant", "tenants", "public", "trust"],
  ...["api", "app", "auth", "www", "wcp", "trpc", "log", "health", "status", "static", "assets", "docs"],
  ...["sign-in", "sign-up", "sign-out", "log-in", "login", "logout", "join", "recover", "first-run", "found"],
  ...["new", "null", "undefined", "true", "false", "constructor", "prototype", "hasownproperty", "tostring"],
  ...["con", "prn", "aux", "nul", "localhost", "local", "openapi", "well-known", "favicon", "robots"],
];
const RESERVED: ReadonlySet<string> = new Set(RESERVED_NAMES.map(nameSkeleton));
