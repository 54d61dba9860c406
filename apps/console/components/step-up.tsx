"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../lib/hall-client.ts";
import { readRefusal } from "../lib/refusal.ts";
import { Button } from "../ui/button.tsx";
import { Field, INPUT } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";

/** Asks for a factor again, where an act wants a fresh one. It may stand inside another form, so it is none itself. */
export function StepUp() {
  const id = useId();
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: ["account.get"], queryFn: () => hall.account.get.query({}) });
  const [shown, setShown] = useState("");
  const [state, setState] = useState<"ready" | "busy" | "done">("ready");
  const [refusal, setRefusal] = useState<string | null>(null);
  const account = data?.account;

  async function show(): Promise<void> {
    if (shown === "" || state === "busy") return;
    setState("busy");
    setRefusal(null);
    try {
      await hall.session["step-up"].mutate(account?.totp_since ? { code: shown } : { password: shown });
      await queries.invalidateQueries({ queryKey: ["account.get"] });
      setState("done");
    } catch (error) {
      const { sentence, remedy } = readRefusal(error);
      setRefusal(`${sentence} ${remedy}`);
      setState("ready");
    }
    setShown("");
  }

  if (state === "done")
    return (
      <Notice tone="allow" title="It is you">
        <p>For five minutes. Press the button again.</p>
      </Notice>
    );
  if (data && !account?.password_since && !account?.totp_since)
    return (
      <Notice tone="hold" title="Sign in again first">
        <p>
          This wants a fresh sign-in, and you have neither a password nor an authenticator: use a new link.
        </p>
      </Notice>
    );
  const hasCode = Boolean(account?.totp_since);
  return (
    <Notice tone="hold" title="Show again that it is you">
      <Field
        id={`${id}-factor`}
        label={hasCode ? "Code" : "Password"}
        hint={hasCode ? "Of your authenticator, or a recovery code." : undefined}
        error={refusal ?? undefined}
      >
        {(parts) => (
          <input
            {...parts}
            type={hasCode ? "text" : "password"}
            value={shown}
            autoComplete={hasCode ? "one-time-code" : "current-password"}
            maxLength={128}
            onChange={(event) => setShown(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              void show();
            }}
            className={INPUT}
          />
        )}
      </Field>
      <Button
        because={
          state === "busy"
            ? "The Hall is being asked"
            : shown === ""
              ? "It wants something to check"
              : undefined
        }
        onClick={() => void show()}
      >
        Show it
      </Button>
    </Notice>
  );
}
