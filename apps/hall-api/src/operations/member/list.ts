import { listMembers } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { MemberLine, memberLine } from "./view.ts";

export const list = operation({
  name: "member.list",
  summary: "The members of the tenant and their roles, and who is invited.",
  permission: "member:read",
  input: z.strictObject({}),
  output: z.object({ members: z.array(MemberLine) }),
  rest: { method: "GET", path: "/wcp/members" },
  trpc: "query",
  async run({ hall, ...context }) {
    const members = await asCaller(hall, callerOf(context), (tx) => listMembers(tx));
    return { members: members.map(memberLine) };
  },
});
