"use client";

import { TextField } from "../../ui/text-field.tsx";

/** How strong it is, the Hall estimates when it is sent: no list of leaked passwords is asked. */
export function NewPassword({
  id,
  password,
  onChange,
  label = "New password",
}: {
  id: string;
  password: string;
  onChange: (password: string) => void;
  label?: string;
}) {
  return (
    <TextField
      id={id}
      label={label}
      hint="A few words that do not belong together, or what your password manager draws."
      type="password"
      value={password}
      autoComplete="new-password"
      maxLength={128}
      onChange={onChange}
    />
  );
}
