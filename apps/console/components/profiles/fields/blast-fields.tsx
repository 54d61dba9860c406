"use client";

import type { ProfileDraft } from "../../../lib/profile-draft.ts";
import { Field, INPUT } from "../../../ui/field.tsx";
import { FieldsPart, type FieldsProps } from "./fields-part.tsx";

const FIGURES = [
  [
    "holdAt",
    "A human decides from a blast score of",
    "0 to 100. In prod and edge the platform holds from 85.",
  ],
  ["denyAt", "The request is denied from a blast score of", "0 to 100"],
  ["dimensionsHoldAt", "A human decides from a dimension sum of", "0 to 25"],
  ["dimensionsDenyAt", "The request is denied from a dimension sum of", "0 to 25"],
  ["budget", "Blast scores that one agent may add up within an hour", "0 to 1,000,000"],
] as const satisfies readonly (readonly [keyof ProfileDraft, string, string])[];

/** From which figures on a human decides, or nobody may. */
export function BlastFields({ id, draft, errors, set }: FieldsProps) {
  return (
    <FieldsPart title="Blast">
      <p className="text-13 text-quiet">A field that is left empty is no limit.</p>
      {FIGURES.map(([name, label, hint]) => (
        <Field key={name} id={`${id}-${name}`} label={label} hint={hint} error={errors[name]}>
          {(parts) => (
            <input
              {...parts}
              inputMode="numeric"
              value={draft[name]}
              onChange={(event) => set({ [name]: event.target.value })}
              autoComplete="off"
              className={`${INPUT} max-w-40 font-mono tabular-nums`}
            />
          )}
        </Field>
      ))}
    </FieldsPart>
  );
}
