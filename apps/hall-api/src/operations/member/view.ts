import type { Member } from "@guildhall/db";
import { z } from "zod";

export const MemberLine = z.object({
  id: z.uuid(),
  display_name: z.string(),
  email: z.string().nullable(),
  role: z.string(),
  state: z.enum(["invited", "joined"]),
  created_at: z.string(),
  joined_at: z.string().nullable(),
});

export function memberLine(member: Member): z.output<typeof MemberLine> {
  return {
    id: member.id,
    display_name: member.displayName,
    email: member.email,
    role: member.role,
    state: member.joinedAt ? "joined" : "invited",
    created_at: member.createdAt.toISOString(),
    joined_at: member.joinedAt?.toISOString() ?? null,
  };
}
