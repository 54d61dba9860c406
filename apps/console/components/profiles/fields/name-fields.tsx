"use client";

import { RISK_TIERS } from "../../../lib/profile-draft.ts";
import { Field, FieldGroup, INPUT, TEXTAREA } from "../../../ui/field.tsx";
import { Choices } from "./choices.tsx";
import { FieldsPart, type FieldsProps } from "./fields-part.tsx";

/** What the profile is called, and for people, when to use it. */
export function NameFields({ isNamed, ...props }: FieldsProps & { isNamed: boolean }) {
  const { id, draft, errors, set } = props;
  return (
    <FieldsPart title="Name">
      <Field
        id={`${id}-id`}
        label="Id"
        hint={isNamed ? "An id stays what it is." : "prof, then your own name for it: prof.acme.night"}
        error={errors.id}
      >
        {(parts) => (
          <input
            {...parts}
            value={draft.id}
            readOnly={isNamed}
            onChange={(event) => set({ id: event.target.value })}
            autoComplete="off"
            spellCheck={false}
            className={`${INPUT} font-mono`}
          />
        )}
      </Field>
      <Field id={`${id}-name`} label="Name" error={errors.name}>
        {(parts) => (
          <input
            {...parts}
            value={draft.name}
            maxLength={128}
            onChange={(event) => set({ name: event.target.value })}
            autoComplete="off"
            className={INPUT}
          />
        )}
      </Field>
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
