"use client";

import { EGRESS } from "../../../lib/profile-draft.ts";
import { Check } from "../../../ui/check.tsx";
import { FieldGroup } from "../../../ui/field.tsx";
import { Labels } from "./choices.tsx";
import { FieldsPart, type FieldsProps } from "./fields-part.tsx";
import { Limited } from "./lines.tsx";

const EGRESS_WORDS: Record<(typeof EGRESS)[number], string> = {
  unrestricted: "any address",
  allowlisted: "listed addresses only",
  none: "no network",
};

/** What the privilege envelope of a worker may hold. */
export function EnvelopeFields({ id, draft, errors, set }: FieldsProps) {
  return (
    <FieldsPart title="Privilege envelope">
      <FieldGroup
        id={`${id}-envelope`}
        label="A worker without one is refused for"
        error={errors.envelopeFor}
      >
        <Labels chosen={draft.envelopeFor} onChange={(envelopeFor) => set({ envelopeFor })} />
      </FieldGroup>
      <FieldGroup id={`${id}-egress`} label="It may reach" error={errors.egress}>
        <div className="flex flex-wrap gap-x-6">
          {EGRESS.map((egress) => (
            <Check
              key={egress}
              kind="radio"
              name={`${id}-egress`}
              isChecked={draft.egress === egress}
              onChange={() => set({ egress })}
            >
              {EGRESS_WORDS[egress]}
            </Check>
          ))}
        </div>
      </FieldGroup>
      <FieldGroup id={`${id}-secrets`} label="It may name secrets for" error={errors.secretsFor}>
        <Labels chosen={draft.secretsFor} onChange={(secretsFor) => set({ secretsFor })} />
      </FieldGroup>
      <Limited
        id={`${id}-writes`}
        label="It may write files"
        free="anywhere"
        bound="only under these paths"
        isBound={draft.limitsWrites}
        onBound={(limitsWrites) => set({ limitsWrites })}
        linesLabel="Paths that may be written to"
        hint="One a line; none at all is nowhere."
        error={errors.writes}
        value={draft.writes}
        onChange={(writes) => set({ writes })}
      />
      <Limited
        id={`${id}-tools`}
        label="It may name"
        free="any tool"
        bound="only these tools"
        isBound={draft.limitsTools}
        onBound={(limitsTools) => set({ limitsTools })}
        linesLabel="Tools that may be named"
        hint="One a line; none at all is no tool."
        error={errors.tools}
        value={draft.tools}
        onChange={(tools) => set({ tools })}
      />
    </FieldsPart>
  );
}
