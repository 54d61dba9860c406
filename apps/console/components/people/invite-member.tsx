"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { TextField } from "../../ui/text-field.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { RoleChoice } from "./role-choice.tsx";

/** The link goes to the person: nobody joins in another's name. */
export function InviteMember() {
  const id = useId();
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState("");
  const missing = !email.includes("@")
    ? "It wants an e-mail"
    : name.trim() === ""
      ? "It wants a name"
      : role === ""
        ? "It wants a role"
        : undefined;
  return (
    <ActDialog
      opener="Invite a member"
      look="primary"
      whyNot={useWhyNot("member:invite")}
      title="Invite a member"
      submit="Send the invitation"
      failed="Nobody was invited"
      because={missing}
      onOpen={() => {
        setEmail("");
        setName("");
        setRole("");
      }}
      run={async () => {
        await hall.member.invite.mutate({ email, display_name: name.trim(), role });
        await queries.invalidateQueries({ queryKey: ["member.list"] });
      }}
    >
      <p className="text-13">
        The link goes to them and works once, within three days. A Hall without a mail server prints it for
        its operator, who hands it on. You do not get to see it.
      </p>
      <TextField
        id={`${id}-email`}
        label="E-mail"
        type="email"
        value={email}
        maxLength={254}
        onChange={setEmail}
      />
      <TextField
        id={`${id}-name`}
        label="Name"
        hint="They can choose another when they join."
        value={name}
        maxLength={64}
        onChange={setName}
      />
      <RoleChoice id={`${id}-role`} role={role} onChange={setRole} />
    </ActDialog>
  );
}
