"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { answerBy } from "../lib/ask-to-show-again.ts";
import { hall } from "../lib/hall-client.ts";
import { readRefusal } from "../lib/refusal.ts";
import { signOut } from "../lib/sign-in.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, INPUT } from "../ui/field.tsx";
import { Answer } from "./answer.tsx";

/** Asks for a factor wherever an act wants a fresh one. It stands once on a page, above whatever dialog the act began in. */
export function StepUpDialog() {
  const [answer, setAnswer] = useState<((isShown: boolean) => void) | null>(null);
  useEffect(() => answerBy((reply) => setAnswer(() => reply)), []);

  function close(isShown: boolean): void {
    answer?.(isShown);
    setAnswer(null);
  }

  return (
    <Dialog
      label="Show again that it is you"
      isOpen={answer !== null}
      onClose={() => close(false)}
      className="m-auto w-[calc(100%-32px)] max-w-[440px] rounded"
    >
      <ShowAgain onShown={() => close(true)} onLeave={() => close(false)} />
    </Dialog>
  );
}

interface Exits {
  onShown: () => void;
  onLeave: () => void;
}

function ShowAgain({ onShown, onLeave }: Exits) {
  const account = useQuery({
    queryKey: ["account.get"],
    queryFn: ({ signal }) => hall.account.get.query({}, { signal }),
  });
  return (
    <div className="space-y-4 p-6">
      <h2 className="text-20">Show again that it is you</h2>
      <Answer of={account} what="Your account could not be read" label="Reading your account">
        {({ account: own }) =>
          own?.totp_since || own?.password_since ? (
            <FactorForm isCode={own.totp_since !== null} onShown={onShown} onLeave={onLeave} />
          ) : (
            <NothingToShow onLeave={onLeave} />
          )
        }
      </Answer>
    </div>
  );
}

function FactorForm({ isCode, onShown, onLeave }: Exits & { isCode: boolean }) {
  const id = useId();
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => input.current?.focus(), []);

  async function show(): Promise<void> {
    if (shown === "" || isBusy) return;
    setBusy(true);
    setRefusal(null);
    try {
      await hall.session["step-up"].mutate(isCode ? { code: shown } : { password: shown });
      void queries.invalidateQueries({ queryKey: ["account.get"] });
      onShown();
    } catch (error) {
      const { sentence, remedy } = readRefusal(error);
      setRefusal(`${sentence} ${remedy}`);
      setShown("");
      setBusy(false);
      input.current?.focus();
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void show();
      }}
      className="space-y-4"
    >
      <p className="text-13">
        What you are about to do binds, gives power or cannot be undone. For five minutes you are not asked
        again.
      </p>
      <Field
        id={`${id}-factor`}
        label={isCode ? "Code" : "Password"}
        hint={isCode ? "Of your authenticator, or a recovery code." : undefined}
        error={refusal ?? undefined}
      >
        {(parts) => (
          <input
            {...parts}
            ref={input}
            type={isCode ? "text" : "password"}
            value={shown}
            autoComplete={isCode ? "one-time-code" : "current-password"}
            maxLength={128}
            onChange={(event) => setShown(event.target.value)}
            className={INPUT}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            isBusy ? "The Hall is being asked" : shown === "" ? "It wants something to check" : undefined
          }
        >
          Show it
        </Button>
        <Button onClick={onLeave}>Do nothing</Button>
      </div>
    </form>
  );
}

/** Who signs in by links alone shows nothing but a new one. */
function NothingToShow({ onLeave }: Pick<Exits, "onLeave">) {
  return (
    <>
      <p className="text-13">
        This wants a fresh sign-in, and you have neither a password nor an authenticator: sign out, and come
        back by a new link.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" onClick={() => void signOut()}>
          Sign out
        </Button>
        <Button onClick={onLeave}>Do nothing</Button>
      </div>
    </>
  );
}
