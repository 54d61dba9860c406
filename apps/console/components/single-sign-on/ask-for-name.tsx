"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { Field, INPUT } from "../../ui/field.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

const KINDS = {
  email: { title: "E-mail domain", hint: "Such as example.com, in lower case." },
  namespace: {
    title: "Namespace",
    hint: "Such as org.example or x.example; the domain of its name proves it.",
  },
} as const;

/** Asking takes nothing: it gives the record that will prove the name. */
export function AskForName() {
  const id = useId();
  const queries = useQueryClient();
  const [kind, setKind] = useState<keyof typeof KINDS>("email");
  const [name, setName] = useState("");
  return (
    <ActDialog
      opener="Prove a name"
      whyNot={useWhyNot("domain:prove")}
      title="Prove a name"
      submit="Give me its record"
      failed="No record was made"
      because={name.includes(".") ? undefined : "It wants a name with a dot in it"}
      onOpen={() => setName("")}
      run={async () => {
        await hall.domain.ask.mutate({ kind, name: name.trim() });
        await queries.invalidateQueries({ queryKey: ["domain.list"] });
      }}
    >
      <Field id={`${id}-kind`} label="Kind">
        {(parts) => (
          <select
            {...parts}
            value={kind}
            onChange={(event) => setKind(event.target.value as keyof typeof KINDS)}
            className={INPUT}
          >
            {Object.entries(KINDS).map(([value, { title }]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField
        id={`${id}-name`}
        label="Name"
        hint={KINDS[kind].hint}
        value={name}
        maxLength={230}
        spellCheck={false}
        onChange={setName}
        isCode
      />
    </ActDialog>
  );
}
