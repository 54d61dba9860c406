"use client";

import { RISK_TIERS } from "../../../lib/profile-draft.ts";
import { Field, FieldGroup, TEXTAREA } from "../../../ui/field.tsx";
import { TextField } from "../../../ui/text-field.tsx";
import { Choices } from "./choices.tsx";
import { FieldsPart, type FieldsProps } from "./fields-part.tsx";

/** What the profile is called, and for people, when to use it. */
export function NameFields({ isNamed, ...props }: FieldsProps & { isNamed: boolean }) {
  const { id, draft, errors, set } = props;
  return (
    <FieldsPart title="Name">
      <TextField
        id={`${id}-id`}
        label="Id"
        hint={isNamed ? "An id stays what it is." : "prof, then your own name for it: prof.acme.night"}
        error={errors.id}
        value={draft.id}
        readOnly={isNamed}
        onChange={(text) => set({ id: text })}
        spellCheck={false}
        isCode
      />
      <TextField
        id={`${id}-name`}
        label="Name"
        error={errors.name}
        value={draft.name}
        maxLength={128}
        onChange={(text) => set({ name: text })}
      />
      <Field id={`${id}-description`} label="Description" hint="When to use it." error={errors.description}>
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            maxLength={2048}
            value={draft.description}
            onChange={(event) => set({ description: event.target.value })}
            className={TEXTAREA}
          />
        )}
      </Field>
      <FieldGroup
        id={`${id}-tiers`}
        label="Meant for workers of"
        hint="For people; it demands nothing."
        error={errors.tiers}
      >
        <Choices
          all={RISK_TIERS}
          chosen={draft.tiers}
          words={(tier) => `${tier} risk`}
          onChange={(tiers) => set({ tiers })}
        />
      </FieldGroup>
    </FieldsPart>
  );
}
