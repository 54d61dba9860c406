import { Field, INPUT } from "../../ui/field.tsx";

export interface Owner {
  email: string;
  person: string;
}

/** Whom the Hall invites as first owner; the link goes to them and to nobody else. */
export function OwnerFields({
  id,
  owner,
  onChange,
}: {
  id: string;
  owner: Owner;
  onChange: (owner: Owner) => void;
}) {
  return (
    <>
      <Field
        id={`${id}-email`}
        label="E-mail of the first owner"
        hint="The link goes there, works once, within three days. A Hall without a mail server prints it."
      >
        {(parts) => (
          <input
            {...parts}
            type="email"
            value={owner.email}
            maxLength={254}
            autoComplete="off"
            onChange={(event) => onChange({ ...owner, email: event.target.value })}
            className={INPUT}
          />
        )}
      </Field>
      <Field id={`${id}-person`} label="Their name" hint="They can choose another when they join.">
        {(parts) => (
          <input
            {...parts}
            value={owner.person}
            maxLength={64}
            autoComplete="off"
            onChange={(event) => onChange({ ...owner, person: event.target.value })}
            className={INPUT}
          />
        )}
      </Field>
    </>
  );
}
