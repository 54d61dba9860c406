"use client";

import { useQuery } from "@tanstack/react-query";
import { useParams } from "next/navigation";
import { hall } from "../../lib/hall-client.ts";
import type { MemberLine } from "../../lib/people-types.ts";
import { PLATFORM } from "../../lib/platform.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useMe } from "../use-me.ts";
import { EndSessions } from "./end-sessions.tsx";
import { GiveRole } from "./give-role.tsx";
import { InviteMember } from "./invite-member.tsx";
import { RemoveMember } from "./remove-member.tsx";

const COLUMNS = "mid:grid-cols-[minmax(160px,280px)_120px_96px_96px_minmax(0,1fr)]";

/** Who acts for the tenant, and as what. */
export function MembersView() {
  const { me } = useMe();
  const { tenant } = useParams<{ tenant: string }>();
  const isPlatform = tenant === PLATFORM;
  const members = useQuery({
    queryKey: ["member.list"],
    queryFn: async ({ signal }) => (await hall.member.list.query({}, { signal })).members,
  });
  return (
    <div className="pb-16">
      <PageHeading title={isPlatform ? "Operators" : "Members"} actions={<InviteMember />}>
        {isPlatform
          ? "Everybody who operates this Hall. They see how many of what a tenant has, and nothing of it."
          : "Everybody who acts for this tenant, and as what. Who is given another role signs in again."}
      </PageHeading>
      <Answer of={members} what="The members could not be read" label="Reading the members">
        {(all) => (
          <Table label="Members" columns={COLUMNS} titles={["Member", "Role", "State", "Since", "Acts"]}>
            {all.map((member) => (
              <MemberRow
                key={member.id}
                member={member}
                isMe={member.id === me?.member.id}
                hasRoles={!isPlatform}
              />
            ))}
          </Table>
        )}
      </Answer>
    </div>
  );
}

/** @param hasRoles false where another role is given by inviting anew */
function MemberRow({ member, isMe, hasRoles }: { member: MemberLine; isMe: boolean; hasRoles: boolean }) {
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <span className="font-medium">
          <ForeignText text={member.display_name} max={64} />
        </span>
        {isMe && <span className="text-quiet"> (you)</span>}
        <span className="block text-12 text-quiet">
          {member.email === null ? "signs in by links" : <ForeignText text={member.email} max={80} />}
        </span>
      </Cell>
      <Cell title="role">{member.role}</Cell>
      <Cell title="state" className={member.state === "invited" ? "text-quiet" : ""}>
        {member.state}
      </Cell>
      <Cell title="since" className="text-quiet">
        <Time at={member.joined_at ?? member.created_at} />
      </Cell>
      <Cell>
        <span className="flex flex-wrap gap-1 mid:-ml-3">
          {hasRoles && <GiveRole member={member} isMe={isMe} />}
          {member.state === "joined" && <EndSessions member={member} />}
          <RemoveMember member={member} />
        </span>
      </Cell>
    </Row>
  );
}
