import type { Tenant, TenantFigures } from "@guildhall/db";
import { Standing } from "@guildhall/protocol";
import { z } from "zod";

/** How many of what a tenant has; what any of it is stays the tenant's. */
export const TenantLine = z.object({
  tenant: z.string(),
  name: z.string(),
  standing: Standing,
  created_at: z.string(),
  members: z.int(),
  /** Those in force. */
  agreements: z.int(),
  /** Those that work now. */
  keys: z.int(),
  /** Those that are not retired. */
  workers: z.int(),
  /** When anything was last written into its chain. */
  last_activity_at: z.string().nullable(),
  /** Whether its first owner has come. */
  owner: z.enum(["none", "invited", "joined"]),
  /** Until when the first owner's link works; null where none does. */
  invitation_until: z.string().nullable(),
});

export function tenantLine(
  { slug, name, standing, createdAt }: Tenant & { createdAt: Date },
  figures: TenantFigures,
): z.output<typeof TenantLine> {
  const { members, agreements, keys, workers, owners, isOwnerInvited } = figures;
  const joined = owners > 0;
  return {
    ...{ tenant: slug, name, standing, created_at: createdAt.toISOString() },
    ...{ members, agreements, keys, workers },
    last_activity_at: figures.lastActivityAt?.toISOString() ?? null,
    owner: joined ? "joined" : isOwnerInvited ? "invited" : "none",
    // Whom else an owner invites is not the Hall's to tell.
    invitation_until: joined ? null : (figures.invitationUntil?.toISOString() ?? null),
  };
}
