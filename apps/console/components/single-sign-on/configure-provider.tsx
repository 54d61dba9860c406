"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { SsoSettings } from "../../lib/people-types.ts";
import { Check } from "../../ui/check.tsx";
import { Notice } from "../../ui/notice.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { RoleChoice } from "../people/role-choice.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** The Hall asks the provider for its discovery document before anything is kept. */
export function ConfigureProvider({ settings: { connection, domains } }: { settings: SsoSettings }) {
  const id = useId();
  const queries = useQueryClient();
  const [issuer, setIssuer] = useState("");
  const [clientId, setClientId] = useState("");
  const [secret, setSecret] = useState("");
  const [joins, setJoins] = useState(false);
  const [role, setRole] = useState("");
  const [isRequired, setRequired] = useState(false);
  const isSame = connection !== null && connection.issuer === issuer && connection.client_id === clientId;
  const missing =
    issuer.trim() === ""
      ? "It wants the issuer's address"
      : clientId.trim() === ""
        ? "It wants a client id"
        : secret === "" && !isSame
          ? "It wants the client's secret"
          : joins && role === ""
            ? "It wants a role"
            : undefined;
  const texts = [
    ["Issuer", issuer, setIssuer, "As its discovery document says, such as https://login.example.com", 512],
    ["Client id", clientId, setClientId, undefined, 256],
  ] as const;
  return (
    <ActDialog
      opener={connection === null ? "Set up a provider" : "Change the provider"}
      look={connection === null ? "primary" : "plain"}
      whyNot={useWhyNot("sso:configure")}
      title={connection === null ? "Set up a provider" : "Change the provider"}
      submit="Ask the provider and keep it"
      failed="It was not set up"
      because={missing}
      onOpen={() => {
        setIssuer(connection?.issuer ?? "");
        setClientId(connection?.client_id ?? "");
        setSecret("");
        setJoins(typeof connection?.join_role === "string");
        setRole(connection?.join_role ?? "");
        setRequired(connection?.is_required ?? false);
      }}
      run={async () => {
        await hall.sso.configure.mutate({
          issuer: issuer.trim(),
          client_id: clientId.trim(),
          ...(secret !== "" && { client_secret: secret }),
          join_role: joins ? role : null,
          is_required: isRequired,
        });
        await queries.invalidateQueries({ queryKey: ["sso.show"] });
      }}
    >
      {texts.map(([label, value, set, hint, max]) => (
        <TextField
          key={label}
          id={`${id}-${label.replace(" ", "-")}`}
          label={label}
          hint={hint}
          value={value}
          maxLength={max}
          spellCheck={false}
          onChange={set}
          isCode
        />
      ))}
      <TextField
        id={`${id}-secret`}
        label="Client secret"
        hint={isSame ? "Left empty, the one that is kept stays." : "Kept encrypted, and never shown again."}
        type="password"
        value={secret}
        maxLength={512}
        onChange={setSecret}
      />
      <Check isChecked={joins} onChange={setJoins}>
        People of a proved domain join without an invitation
      </Check>
      {joins && <RoleChoice id={`${id}-role`} role={role} onChange={setRole} except={["owner", "admin"]} />}
      <Check
        isChecked={isRequired}
        onChange={setRequired}
        because={domains.length === 0 ? "Prove an e-mail domain first" : undefined}
      >
        Members of a proved domain sign in no other way
      </Check>
      {isRequired && (
        <Notice tone="hold">
          <p>
            Their sessions by password or link end at once. Owners keep their password: it is the way back
            when the provider is away.
          </p>
        </Notice>
      )}
      {connection !== null && !isSame && (
        <Notice tone="hold">
          <p>Another issuer or client is another provider: every session that the present one began ends.</p>
        </Notice>
      )}
    </ActDialog>
  );
}
