"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../lib/hall-client.ts";
import { showPasskey } from "../lib/passkeys.ts";
import type { OwnAccount } from "../lib/people-types.ts";
import { readRefusal } from "../lib/refusal.ts";
import { Button } from "../ui/button.tsx";
import { Field, INPUT } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";

type Shown = Parameters<(typeof hall.session)["step-up"]["mutate"]>[0];

/** Asks for a factor again, where an act wants a fresh one. It may stand inside another form, so it is none itself. */
export function StepUp() {
  const id = useId();
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: ["account.get"], queryFn: () => hall.account.get.query({}) });
  const [typed, setTyped] = useState("");
  const [state, setState] = useState<"ready" | "busy" | "done">("ready");
  const [refusal, setRefusal] = useState<string | null>(null);
  const kinds = factorsOf(data?.account);

  async function show(read: () => Promise<Shown>): Promise<void> {
    if (state === "busy") return;
    setState("busy");
    setRefusal(null);
    try {
      await hall.session["step-up"].mutate(await read());
      await queries.invalidateQueries({ queryKey: ["account.get"] });
      setState("done");
    } catch (error) {
      const { sentence, remedy } = readRefusal(error);
      setRefusal(`${sentence} ${remedy}`);
      setState("ready");
    }
    setTyped("");
  }

  const showTyped = () => {
    if (typed !== "") void show(async () => (kinds.password ? { password: typed } : { code: typed }));
  };
  const signAgain = async () => {
    const { options } = await hall.session["begin-step-up"].mutate({});
    return { passkey: await showPasskey(options) };
  };

  if (state === "done")
    return (
      <Notice tone="allow" title="It is you">
        <p>For five minutes. Press the button again.</p>
      </Notice>
    );
  if (data && kinds.none)
    return (
      <Notice tone="hold" title="Sign in again first">
        <p>
          This wants a fresh sign-in, and you have neither a password nor a second factor: use a new link.
        </p>
      </Notice>
    );
  const waits = state === "busy" ? "The Hall is being asked" : undefined;
  return (
    <Notice tone="hold" title="Show again that it is you">
      {kinds.passkey && (
        <Button because={waits} onClick={() => void show(signAgain)}>
          Use a passkey
        </Button>
      )}
      <Field
        id={`${id}-factor`}
        label={kinds.password ? "Password" : kinds.passkey ? "Or a code" : "Code"}
        hint={kinds.password ? undefined : kinds.codeHint}
        error={refusal ?? undefined}
      >
        {(parts) => (
          <input
            {...parts}
            type={kinds.password ? "password" : "text"}
            value={typed}
            autoComplete={kinds.password ? "current-password" : "one-time-code"}
            maxLength={128}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              showTyped();
            }}
            className={INPUT}
          />
        )}
      </Field>
      <Button
        because={waits ?? (typed === "" ? "It wants something to check" : undefined)}
        onClick={showTyped}
      >
        Show it
      </Button>
    </Notice>
  );
}

/** What the person can show. A password counts only where there is no second factor. */
function factorsOf(account: OwnAccount | null | undefined) {
  const totp = Boolean(account?.totp_since);
  const passkey = (account?.passkeys.length ?? 0) > 0;
  return {
    passkey,
    password: !totp && !passkey,
    none: !totp && !passkey && !account?.password_since,
    codeHint: totp ? "Of your authenticator, or a recovery code." : "One of your recovery codes.",
  };
}
