"use client";

import { Check } from "../../../ui/check.tsx";
import { Field, FieldGroup, TEXTAREA } from "../../../ui/field.tsx";

interface LinesProps {
  id: string;
  label: string;
  hint: string;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

/** A list, one entry a line. */
export function Lines({ id, label, hint, error, value, onChange }: LinesProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      {(parts) => (
        <textarea
          {...parts}
          rows={Math.min(8, Math.max(2, value.split("\n").length))}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          className={`${TEXTAREA} font-mono`}
        />
      )}
    </Field>
  );
}

/** A list that is there only where something is limited to it. */
export function Limited({
  id,
  label,
  free,
  bound,
  isBound,
  onBound,
  linesLabel,
  ...lines
}: Omit<LinesProps, "label"> & {
  label: string;
  free: string;
  bound: string;
  isBound: boolean;
  onBound: (isBound: boolean) => void;
  linesLabel: string;
}) {
  return (
    <FieldGroup id={`${id}-group`} label={label}>
      <div className="flex flex-wrap gap-x-6">
        <Check kind="radio" name={id} isChecked={!isBound} onChange={() => onBound(false)}>
          {free}
        </Check>
        <Check kind="radio" name={id} isChecked={isBound} onChange={() => onBound(true)}>
          {bound}
        </Check>
      </div>
      {isBound && (
        <div className="mt-2">
          <Lines id={id} label={linesLabel} {...lines} />
        </div>
      )}
    </FieldGroup>
  );
}
