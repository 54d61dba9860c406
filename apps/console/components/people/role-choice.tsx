"use client";

import { useParams } from "next/navigation";
import { actsOf } from "../../lib/permissions.ts";
import { PLATFORM } from "../../lib/platform.ts";
import { Field, INPUT } from "../../ui/field.tsx";
import { useRoles } from "./use-roles.ts";

interface Props {
  id: string;
  role: string;
  onChange: (role: string) => void;
  /** Those that cannot be given so. */
  except?: readonly string[];
}

/** The roles that can be given here, each with what it may. */
export function RoleChoice(props: Props) {
  const { tenant } = useParams<{ tenant: string }>();
  return tenant === PLATFORM ? <PlatformRole {...props} /> : <TenantRole {...props} />;
}

const PLATFORM_ROLES = {
  owner: "May operate the Hall and invite others who do.",
  auditor: "May only read.",
} as const;

function PlatformRole({ id, role, onChange }: Props) {
  return (
    <Field id={id} label="Role" hint={PLATFORM_ROLES[role as keyof typeof PLATFORM_ROLES]}>
      {(parts) => (
        <select {...parts} value={role} onChange={(event) => onChange(event.target.value)} className={INPUT}>
          <option value="">Choose one</option>
          {Object.keys(PLATFORM_ROLES).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function TenantRole({ id, role, onChange, except = [] }: Props) {
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
