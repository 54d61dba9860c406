import { TextField } from "../../ui/text-field.tsx";

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
      <TextField
        id={`${id}-email`}
        label="E-mail of the first owner"
        hint="The link goes there, works once, within three days. A Hall without a mail server prints it."
        type="email"
        value={owner.email}
        maxLength={254}
        onChange={(text) => onChange({ ...owner, email: text })}
      />
      <TextField
        id={`${id}-person`}
        label="Their name"
        hint="They can choose another when they join."
        value={owner.person}
        maxLength={64}
        onChange={(text) => onChange({ ...owner, person: text })}
      />
    </>
  );
}
