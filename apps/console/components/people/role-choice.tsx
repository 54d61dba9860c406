"use client";

import { actsOf } from "../../lib/permissions.ts";
import { Field, INPUT } from "../../ui/field.tsx";
import { useRoles } from "./use-roles.ts";

/** The roles that can be given here, each with what it may. */
export function RoleChoice({
  id,
  role,
  onChange,
  except = [],
}: {
  id: string;
  role: string;
  onChange: (role: string) => void;
  /** Those that cannot be given so. */
  except?: readonly string[];
}) {
  const { data } = useRoles();
  const roles =
    data?.roles.filter(({ retired_at, name }) => retired_at === null && !except.includes(name)) ?? [];
  const chosen = roles.find(({ name }) => name === role);
  return (
    <Field
      id={id}
      label="Role"
      hint={chosen && `May ${actsOf(chosen.permissions).join(", ") || "only read"}.`}
    >
      {(parts) => (
        <select {...parts} value={role} onChange={(event) => onChange(event.target.value)} className={INPUT}>
          <option value="">Choose one</option>
          {roles.map(({ name, own }) => (
            <option key={name} value={name}>
              {own ? `${name} (of this tenant)` : name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
