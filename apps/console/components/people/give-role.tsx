"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { MemberLine } from "../../lib/people-types.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { RoleChoice } from "./role-choice.tsx";

export function GiveRole({ member, isMe }: { member: MemberLine; isMe: boolean }) {
  const id = useId();
  const queries = useQueryClient();
  const whyNot = useWhyNot("member:set-role");
  const [role, setRole] = useState(member.role);
  return (
    <ActDialog
      opener="Role"
      look="quiet"
      whyNot={whyNot ?? (isMe ? "Nobody gives themself a role" : undefined)}
      title="Give another role"
      submit="Give the role"
      keep="Keep it"
      failed="The role was not given"
      because={role === member.role || role === "" ? "It wants another role" : undefined}
      onOpen={() => setRole(member.role)}
      run={async () => {
        await hall.member["set-role"].mutate({ id: member.id, role });
        await queries.invalidateQueries({ queryKey: ["member.list"] });
      }}
    >
      <p className="text-13">
        <ForeignText text={member.display_name} max={64} /> is {member.role}. Their sessions end, and they
        sign in again under the new role.
      </p>
      <RoleChoice id={`${id}-role`} role={role} onChange={setRole} />
    </ActDialog>
  );
}
