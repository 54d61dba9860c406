"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { MemberLine } from "../../lib/people-types.ts";
import { Field, TEXTAREA } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

export function RemoveMember({ member }: { member: MemberLine }) {
  const id = useId();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const isInvited = member.state === "invited";
  return (
    <ActDialog
      opener={isInvited ? "Withdraw" : "Remove"}
      look="quiet"
      whyNot={useWhyNot("member:remove")}
      title={isInvited ? "Withdraw the invitation" : "Remove the member"}
      submit={isInvited ? "Withdraw it" : "Remove the member"}
      keep="Keep it"
      failed={isInvited ? "It was not withdrawn" : "They were not removed"}
      because={reason.trim() === "" ? "It wants a reason" : undefined}
      onOpen={() => setReason("")}
      run={async () => {
        await hall.member.remove.mutate({ id: member.id, reason: reason.trim() });
        await queries.invalidateQueries({ queryKey: ["member.list"] });
      }}
    >
      <p className="text-13">
        {isInvited ? (
          <>The link of {<ForeignText text={member.display_name} max={64} />} leads nowhere from then on.</>
        ) : (
          <>
            <ForeignText text={member.display_name} max={64} /> is out at once. What they did stays in the
            receipts; keys that they made stay the tenant's. Another invitation lets them in again.
          </>
        )}
      </p>
      <Field id={`${id}-reason`} label="Reason" hint="It stands in the receipt.">
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            value={reason}
            maxLength={256}
            onChange={(event) => setReason(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
    </ActDialog>
  );
}
