"use client";

import { METHODS, type ProfileDraft } from "../../../lib/profile-draft.ts";
import { Check } from "../../../ui/check.tsx";
import { Field, FieldGroup, INPUT } from "../../../ui/field.tsx";
import { Labels } from "./choices.tsx";
import { FieldsPart, type FieldsProps } from "./fields-part.tsx";
import { Lines } from "./lines.tsx";

/** What has to be agreed to, certified, attested and held. */
export function TrustFields({ id, draft, errors, set }: FieldsProps) {
  return (
    <FieldsPart title="Agreement, certification, attestation">
      <FieldGroup id={`${id}-agreement`} label="Agreement" error={errors.agreementRequired}>
        <Check
          isChecked={draft.agreementRequired}
          onChange={(agreementRequired) => set({ agreementRequired })}
        >
          Nothing is dispatched without a signatory agreement in force
        </Check>
      </FieldGroup>
      <FieldGroup
        id={`${id}-certification`}
        label="A live certification is needed for"
        error={errors.certificationFor}
      >
        <Labels chosen={draft.certificationFor} onChange={(certificationFor) => set({ certificationFor })} />
      </FieldGroup>
      <Field
        id={`${id}-attestation`}
        label="A worker's code has to be at least"
        hint="The weakest way that counts."
        error={errors.attestation}
      >
        {(parts) => (
          <select
            {...parts}
            value={draft.attestation}
            onChange={(event) => set({ attestation: event.target.value as ProfileDraft["attestation"] })}
            className={INPUT}
          >
            <option value="">anything: nothing need vouch for it</option>
            {METHODS.map((method) => (
              <option key={method} value={method}>
                {method}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Lines
        id={`${id}-controls`}
        label="Controls that a worker has to implement"
        hint="One id a line."
        error={errors.controls}
        value={draft.controls}
        onChange={(controls) => set({ controls })}
      />
      <Lines
        id={`${id}-policies`}
        label="Policies that the rules have to hold"
        hint="One id a line. Without them nothing runs."
        error={errors.policies}
        value={draft.policies}
        onChange={(policies) => set({ policies })}
      />
    </FieldsPart>
  );
}
