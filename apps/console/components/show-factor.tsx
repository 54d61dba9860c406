"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { hall } from "../lib/hall-client.ts";
import { callOff, showPasskey } from "../lib/passkeys.ts";
import { readRefusal } from "../lib/refusal.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/text-field.tsx";

export interface Factors {
  /** What the field takes. */
  typed: "password" | "code" | "recovery code";
  passkey: boolean;
}

type Shown = Parameters<(typeof hall.session)["step-up"]["mutate"]>[0];

const HINTS: Record<Factors["typed"], string | undefined> = {
  password: undefined,
  code: "Of your authenticator, or a recovery code.",
  "recovery code": "One of your recovery codes.",
};

/** A passkey by its button, what is typed by its field; the Hall checks either. */
export function ShowFactor({
  factors: { typed, passkey },
  onShown,
  onLeave,
}: {
  factors: Factors;
  onShown: () => void;
  onLeave: () => void;
}) {
  const id = useId();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => focusFirst(form.current), []);
  useEffect(() => callOff, []);

  async function show(read: () => Promise<Shown>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setRefusal(null);
    try {
      await hall.session["step-up"].mutate(await read());
      void queries.invalidateQueries({ queryKey: ["account.get"] });
      onShown();
    } catch (error) {
      const { sentence, remedy } = readRefusal(error);
      setRefusal(`${sentence} ${remedy}`);
      setText("");
      setBusy(false);
      focusFirst(form.current);
    }
  }

  const showPasskeyAgain = async () => {
    const { options } = await hall.session["begin-step-up"].mutate({});
    return { passkey: await showPasskey(options) };
  };
  const showTyped = (event: FormEvent) => {
    event.preventDefault();
    if (text !== "") void show(async () => (typed === "password" ? { password: text } : { code: text }));
  };
  const waits = isBusy ? "The Hall is being asked" : undefined;
  return (
    <form ref={form} onSubmit={showTyped} className="space-y-4">
      <p className="text-13">
        What you are about to do binds, gives power or cannot be undone. For five minutes you are not asked
        again.
      </p>
      {passkey && (
        <Button look="primary" className="w-full" because={waits} onClick={() => void show(showPasskeyAgain)}>
          Use a passkey
        </Button>
      )}
      <TextField
        id={`${id}-factor`}
        label={typed === "password" ? "Password" : passkey ? "Or a code" : "Code"}
        hint={HINTS[typed]}
        error={refusal ?? undefined}
        type={typed === "password" ? "password" : "text"}
        value={text}
        autoComplete={typed === "password" ? "current-password" : "one-time-code"}
        maxLength={128}
        onChange={setText}
      />
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look={passkey ? "plain" : "primary"}
          because={waits ?? (text === "" ? "It wants something to check" : undefined)}
        >
          Show it
        </Button>
        <Button onClick={onLeave}>Do nothing</Button>
      </div>
    </form>
  );
}

function focusFirst(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>("button, input")?.focus();
}
