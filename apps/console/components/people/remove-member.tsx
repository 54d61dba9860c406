"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { MemberLine } from "../../lib/people-types.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

export function RemoveMember({ member }: { member: MemberLine }) {
  const queries = useQueryClient();
  const isInvited = member.state === "invited";
  return (
    <ReasonDialog
      opener={isInvited ? "Withdraw" : "Remove"}
      look="quiet"
      whyNot={useWhyNot("member:remove")}
      title={isInvited ? "Withdraw the invitation" : "Remove the member"}
      submit={isInvited ? "Withdraw it" : "Remove the member"}
      keep="Keep it"
      failed={isInvited ? "It was not withdrawn" : "They were not removed"}
      run={async (reason) => {
        await hall.member.remove.mutate({ id: member.id, reason });
        await queries.invalidateQueries({ queryKey: ["member.list"] });
      }}
    >
      {isInvited ? (
        <>
          The link of <ForeignText text={member.display_name} max={64} /> leads nowhere from then on.
        </>
      ) : (
        <>
          <ForeignText text={member.display_name} max={64} /> is out at once. What they did stays in the
          receipts; keys that they made stay the tenant's. Another invitation lets them in again.
        </>
      )}
    </ReasonDialog>
  );
}
