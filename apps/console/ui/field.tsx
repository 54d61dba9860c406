import type { ReactNode } from "react";

/** What an input is told by its field: whose label, hint and error are its own. */
export interface FieldParts {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

/** A label above, a hint below, and what is wrong beside it. @param id unique on the page */
export function Field({
  id,
  label,
  hint,
  error,
  children,
}: {
  id: string;
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (parts: FieldParts) => ReactNode;
}) {
  const described = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter((one) => one !== null);
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-13 font-medium">
        {label}
      </label>
      {children({
        id,
        ...(described.length > 0 && { "aria-describedby": described.join(" ") }),
        ...(error && { "aria-invalid": true }),
      })}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-12 text-quiet">
          {hint}
        </p>
      )}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

/** Choices that belong together, under one label. */
export function FieldGroup({
  id,
  label,
  hint,
  error,
  children,
}: {
  id: string;
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: ReactNode;
}) {
  const described = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter((one) => one !== null);
  return (
    <fieldset {...(described.length > 0 && { "aria-describedby": described.join(" ") })}>
      <legend className="mb-1 text-13 font-medium">{label}</legend>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-12 text-quiet">
          {hint}
        </p>
      )}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </fieldset>
  );
}

export function FieldError({ id, children }: { id: string; children: ReactNode }) {
  return (
    <p id={id} className="mt-1 text-13 text-deny">
      {children}
    </p>
  );
}

/** The look of what can be typed into or chosen from. */
export const INPUT =
  "block h-8 w-full rounded border border-edge bg-sheet px-2.5 text-13 placeholder:text-quiet read-only:bg-paper aria-invalid:border-deny";
export const TEXTAREA =
  "block w-full resize-y rounded border border-edge bg-sheet px-2.5 py-1.5 text-13 placeholder:text-quiet aria-invalid:border-deny";
