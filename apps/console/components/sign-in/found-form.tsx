"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { fieldProblems } from "../../lib/refusal-detail.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { NewPassword } from "../account/new-password.tsx";
import { refusalWords } from "./join-form.tsx";
import { NotLetIn, Sheet } from "./sheet.tsx";

type Kind = "sign_up" | "first_run";
type Fields = { tenant: string; name: string; email: string; person: string; password: string };

const NOTHING: Fields = { tenant: "", name: "", email: "", person: "", password: "" };

/** Opening the link spends nothing; the button does. */
export function FoundForm({ token, kind }: { token: string; kind: Kind }) {
  const isLive = useIsLive();
  const [fields, setFields] = useState(NOTHING);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [founded, setFounded] = useState<Founded | null>(null);
  const isFirst = kind === "first_run";

  async function found(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isBusy || missingOf(fields, isFirst)) return;
    setBusy(true);
    setFailure(null);
    const { tenant, name, email, person, password } = fields;
    try {
      const input = { token, tenant, name, display_name: person.trim(), password };
      setFounded(await hall.tenant.found.mutate({ ...input, ...(isFirst && { email }) }));
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }

  if (founded) return <Done founded={founded} />;
  const because = !isLive
    ? "The page is still loading"
    : isBusy
      ? "The Hall is being asked"
      : missingOf(fields, isFirst);
  return (
    <Sheet title={isFirst ? "The first start of this Hall" : "Found your tenant"}>
      <p>
        {isFirst
          ? "Nobody operates this Hall yet. You become the first who does, and the owner of a tenant that is empty."
          : "It is empty, and you are its owner."}
      </p>
      <form onSubmit={found} className="space-y-4">
        <FoundFields
          problems={fieldProblems(failure)}
          fields={fields}
          isFirst={isFirst}
          onChange={(some) => setFields({ ...fields, ...some })}
        />
        {failure !== null && <NotLetIn words={refusalWords(failure)} />}
        <Button type="submit" look="primary" className="w-full" because={because}>
          Found the tenant
        </Button>
      </form>
    </Sheet>
  );
}

function missingOf({ tenant, name, email, person, password }: Fields, isFirst: boolean): string | undefined {
  if (tenant === "" || name.trim() === "") return "It wants the tenant's name, twice";
  if (isFirst && !email.includes("@")) return "It wants an e-mail";
  if (person.trim() === "" || password === "") return "It wants your name and a password";
  return undefined;
}

function FoundFields({
  fields,
  problems,
  isFirst,
  onChange,
}: {
  fields: Fields;
  problems: { [path: string]: string };
  isFirst: boolean;
  onChange: (some: Partial<Fields>) => void;
}) {
  const field = (name: keyof Fields, maxLength: number, autoComplete: string) => ({
    ...{ value: fields[name], maxLength, autoComplete },
    onChange: (text: string) => onChange({ [name]: text }),
  });
  return (
    <>
      <TextField
        id="tenant-name"
        label="Name of the tenant"
        error={problems.name}
        {...field("name", 64, "organization")}
      />
      <TextField
        id="tenant"
        label="Its name in addresses"
        hint="Small letters, digits and hyphens, such as acme. It signs by this name, and keeps it."
        error={problems.tenant}
        spellCheck={false}
        {...field("tenant", 40, "off")}
      />
      {isFirst && (
        <TextField
          id="email"
          label="Your e-mail"
          type="email"
          error={problems.email}
          {...field("email", 254, "username")}
        />
      )}
      <TextField
        id="person"
        label="Your name"
        hint="As other members see it."
        error={problems.display_name}
        {...field("person", 64, "name")}
      />
      <NewPassword
        id="password"
        label="Password"
        password={fields.password}
        onChange={(password) => onChange({ password })}
      />
      <p className="text-13 text-quiet">
        Where you have an account at this Hall already, show its password; where you have none, choose one.
      </p>
    </>
  );
}

interface Founded {
  tenant: { name: string };
  email: string;
  operates_hall: boolean;
}

function Done({ founded: { tenant, email, operates_hall } }: { founded: Founded }) {
  return (
    <Sheet title="The tenant is founded">
      <p>
        <ForeignText text={tenant.name} max={64} /> is yours, as <ForeignText text={email} max={254} />.
        {operates_hall && " You operate this Hall too: the sign-in asks for which of the two you come."}
      </p>
      <Link
        href={paths.signIn()}
        className="inline-flex h-8 items-center rounded bg-accent px-3 text-13 font-medium text-on-accent"
      >
        To the sign-in
      </Link>
    </Sheet>
  );
}
