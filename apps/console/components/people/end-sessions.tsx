"use client";

import { hall } from "../../lib/hall-client.ts";
import type { MemberLine } from "../../lib/people-types.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

export function EndSessions({ member }: { member: MemberLine }) {
  return (
    <ActDialog
      opener="End sessions"
      look="quiet"
      whyNot={useWhyNot("member:end-sessions")}
      title="End every session"
      submit="End the sessions"
      failed="They were not ended"
      because={undefined}
      run={async () => {
        await hall.member["end-sessions"].mutate({ id: member.id });
      }}
    >
      <p className="text-13">
        Whoever holds a session of <ForeignText text={member.display_name} max={64} /> is out at once, in
        every browser. They can sign in again.
      </p>
    </ActDialog>
  );
}
