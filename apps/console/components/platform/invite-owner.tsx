"use client";

import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { TenantLine } from "../../lib/platform.ts";
import { ActDialog } from "../act-dialog.tsx";
import { OwnerFields } from "./owner-fields.tsx";
import { useTenantsChanged } from "./use-tenants-changed.ts";
import { useWhyNotOperate } from "./use-why-not-operate.ts";

/** For a tenant that no owner has joined: a first link, or another in its place. */
export function InviteOwner({ tenant }: { tenant: TenantLine }) {
  const id = useId();
  const changed = useTenantsChanged();
  const [owner, setOwner] = useState({ email: "", person: "" });
  const isAgain = tenant.owner === "invited";
  return (
    <ActDialog
      opener={isAgain ? "Send another link" : "Invite an owner"}
      whyNot={useWhyNotOperate("tenant:create")}
      title={isAgain ? "Send another link" : "Invite an owner"}
      submit="Send the link"
      failed="No link was sent"
      because={owner.email.includes("@") && owner.person.trim() !== "" ? undefined : "It wants an owner"}
      onOpen={() => setOwner({ email: "", person: "" })}
      run={async () => {
        const { email, person } = owner;
        await hall.tenant["invite-owner"].mutate({
          tenant: tenant.tenant,
          email,
          display_name: person.trim(),
        });
        await changed();
      }}
    >
      <p className="text-13">
        {isAgain
          ? "To the same e-mail; the link before leads nowhere then. For somebody else, withdraw the invitation first."
          : "Nobody has joined this tenant. Once its owner has, who else comes is theirs to say."}
      </p>
      <OwnerFields id={id} owner={owner} onChange={setOwner} />
    </ActDialog>
  );
}
