"use client";

import { Env } from "@guildhall/protocol";
import { type FormEvent, useId, useState } from "react";
import {
  LIVES,
  limitOf,
  linesOf,
  narrowings,
  SCOPE_GROUPS,
  SCOPES,
  type ScopeGroup,
} from "../../lib/api-key-words.ts";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { Field, FieldGroup, TEXTAREA } from "../../ui/field.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { Choices } from "../profiles/fields/choices.tsx";

const DAY_SECONDS = 24 * 3600;

/** Every term that a key can have; what is left empty narrows nothing, and the form says so before it is sent. */
export function CreateKeyForm({
  identities,
  onMade,
  onClose,
}: {
  identities: readonly string[];
  onMade: (key: string) => Promise<void>;
  onClose: () => void;
}) {
  const id = useId();
  const [name, setName] = useState("");
  const [signsAs, setSignsAs] = useState<string[]>(identities.length === 1 ? [...identities] : []);
  const [scopes, setScopes] = useState<ScopeGroup[]>(["route", "dispatch"]);
  const [environments, setEnvironments] = useState<Env[]>([]);
  const [addresses, setAddresses] = useState("");
  const [agent, setAgent] = useState("");
  const [minute, setMinute] = useState("");
  const [day, setDay] = useState("");
  const [days, setDays] = useState<number>(90);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const [perMinute, perDay] = [limitOf(minute), limitOf(day)];
  const ranges = linesOf(addresses);
  const because =
    name.trim() === ""
      ? "A key has a name"
      : signsAs.length === 0
        ? "A key signs as an identity of the tenant"
        : scopes.length === 0
          ? "A key may do something"
          : perMinute === undefined || perDay === undefined
            ? "A limit is a whole number from 1 on"
            : isBusy
              ? "It is being made"
              : undefined;

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (because !== undefined || perMinute === undefined || perDay === undefined) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await hall.key.create.mutate({
        name: name.trim(),
        identities: signsAs,
        scopes,
        ...(environments.length > 0 && { environments }),
        ...(ranges.length > 0 && { addresses: ranges }),
        ...(agent.trim() !== "" && { agent: agent.trim() }),
        ...(perMinute !== null && { requests_per_minute: perMinute }),
        ...(perDay !== null && { requests_per_day: perDay }),
        ...(days > 0 && { expires_in_seconds: days * DAY_SECONDS }),
      });
      await onMade(made.key);
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  const narrowed = narrowings({
    environments: environments.length > 0 ? environments : null,
    addresses: ranges.length > 0 ? ranges : null,
    agent: agent.trim() || null,
    requests_per_minute: perMinute ?? null,
    requests_per_day: perDay ?? null,
  });
  const text = (label: string, value: string, set: (value: string) => void, hint: string, error?: string) => (
    <TextField
      id={`${id}-${label.replaceAll(" ", "-")}`}
      label={label}
      hint={hint}
      error={error}
      value={value}
      maxLength={128}
      onChange={set}
    />
  );
  const wrong = "A whole number from 1 on";
  return (
    <form onSubmit={create} className="space-y-4 p-6">
      <h2 className="text-20">Make a key</h2>
      {text("Name", name, setName, "What people call it: where it is used")}
      <FieldGroup id={`${id}-identities`} label="It signs as">
        <Choices all={identities} chosen={signsAs} words={(one) => one} onChange={setSignsAs} />
      </FieldGroup>
      <FieldGroup id={`${id}-scopes`} label="It may">
        <Choices all={SCOPE_GROUPS} chosen={scopes} words={(one) => SCOPES[one]} onChange={setScopes} />
      </FieldGroup>
      <FieldGroup id={`${id}-environments`} label="Where" hint="None chosen: in all of them">
        <Choices all={Env.options} chosen={environments} words={(env) => env} onChange={setEnvironments} />
      </FieldGroup>
      <Field
        id={`${id}-addresses`}
        label="From"
        hint="Networks such as 192.0.2.0/24 or 2001:db8::/32, one a line. Empty: from anywhere"
      >
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            value={addresses}
            spellCheck={false}
            onChange={(event) => setAddresses(event.target.value)}
            className={`${TEXTAREA} font-mono`}
          />
        )}
      </Field>
      {text("Agent", agent, setAgent, "Whose work it is, across keys. Empty: the key stands for itself")}
      {text(
        "Requests a minute",
        minute,
        setMinute,
        "Empty: no limit",
        perMinute === undefined ? wrong : undefined,
      )}
      {text("Requests a day", day, setDay, "Empty: no limit", perDay === undefined ? wrong : undefined)}
      <FieldGroup id={`${id}-life`} label="It lives">
        <div className="flex flex-wrap gap-x-6">
          {LIVES.map((life) => (
            <Check
              key={life.days}
              kind="radio"
              name={`${id}-life`}
              isChecked={days === life.days}
              onChange={() => setDays(life.days)}
            >
              {life.words}
            </Check>
          ))}
          <Check kind="radio" name={`${id}-life`} isChecked={days === 0} onChange={() => setDays(0)}>
            until it is revoked
          </Check>
        </div>
      </FieldGroup>
      <p className="text-13 text-quiet">
        {narrowed.length === 0
          ? "Nothing narrows it: from anywhere, in every environment, as often as it likes."
          : `Narrowed: ${narrowed.join(", ")}.`}
      </p>
      {failure !== null && <Refused what="It was not made" error={failure} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" because={because}>
          Make the key
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}
