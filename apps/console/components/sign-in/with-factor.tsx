"use client";

import { type FormEvent, useState } from "react";
import type { SecondFactor } from "../../lib/people-types.ts";
import {
  type SignInAnswer,
  type SignInProgress,
  showFactor,
  showPasskeyToSignIn,
  signInWords,
} from "../../lib/sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { NotLetIn, Sheet } from "./sheet.tsx";

interface Props {
  /** What the account has. A recovery code stands in for either. */
  factors: readonly SecondFactor[];
  onStep: (progress: SignInProgress) => void;
  onAgain: () => void;
}

/** A passkey by its button, a code by its field: whichever of them the person has at hand. */
export function WithFactor({ factors, onStep, onAgain }: Props) {
  const isLive = useIsLive();
  const [code, setCode] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const hasPasskey = factors.includes("passkey");
  const hasTotp = factors.includes("totp");

  async function show(ask: () => Promise<SignInAnswer>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setRefusal(null);
    const answer = await ask();
    if (answer.ok) return onStep(answer);
    setBusy(false);
    setCode("");
    setRefusal(answer.code);
  }

  const waits = !isLive ? "The page is still loading" : isBusy ? "The Hall is being asked" : undefined;
  return (
    <Sheet title="Show your second factor">
      {hasPasskey && (
        <Button
          look="primary"
          className="w-full"
          because={waits}
          onClick={() => void show(showPasskeyToSignIn)}
        >
          Use a passkey
        </Button>
      )}
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (code.trim() !== "") void show(() => showFactor(code));
        }}
        className="space-y-4"
      >
        <TextField
          id="code"
          label={hasPasskey ? "Or a code" : "Code"}
          hint={
            hasTotp
              ? "The six digits of your authenticator, or one of your recovery codes."
              : "One of your recovery codes, where the passkey is not at hand."
          }
          value={code}
          autoComplete="one-time-code"
          spellCheck={false}
          maxLength={40}
          onChange={setCode}
          isCode
        />
        {refusal !== null && <NotLetIn words={signInWords(refusal)} />}
        <div className="flex gap-2">
          <Button
            type="submit"
            look={hasPasskey ? "plain" : "primary"}
            because={waits ?? (code.trim() === "" ? "It wants a code" : undefined)}
          >
            {isBusy ? "Signing in" : "Sign in"}
          </Button>
          <Button onClick={onAgain}>Begin again</Button>
        </div>
      </form>
    </Sheet>
  );
}
