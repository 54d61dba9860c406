import type { ComponentProps, ReactNode } from "react";
import { Field, INPUT } from "./field.tsx";

type Given = "id" | "value" | "onChange" | "className";

/** A field of one line. @param isCode for what a machine reads: names, addresses, digits */
export function TextField({
  id,
  label,
  hint,
  error,
  onChange,
  isCode = false,
  autoComplete = "off",
  ...input
}: Omit<ComponentProps<"input">, Given> & {
  id: string;
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  value: string;
  onChange: (text: string) => void;
  isCode?: boolean;
}) {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      {(parts) => (
        <input
          {...parts}
          {...input}
          autoComplete={autoComplete}
          onChange={(event) => onChange(event.target.value)}
          className={isCode ? `${INPUT} font-mono` : INPUT}
        />
      )}
    </Field>
  );
}
