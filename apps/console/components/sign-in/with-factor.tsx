"use client";

import { type FormEvent, useState } from "react";
import { showFactor, signInWords } from "../../lib/sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { Field, INPUT } from "../../ui/field.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { NotLetIn, Sheet } from "./sheet.tsx";

interface Props {
  onStep: (step: "in" | "factor") => void;
  onAgain: () => void;
}

export function WithFactor({ onStep, onAgain }: Props) {
  const isLive = useIsLive();
  const [code, setCode] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function show(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isBusy || code.trim() === "") return;
    setBusy(true);
    setRefusal(null);
    const answer = await showFactor(code);
    if (answer.ok) return onStep(answer.step);
    setBusy(false);
    setCode("");
    setRefusal(answer.code);
  }

  const because = !isLive
    ? "The page is still loading"
    : isBusy
      ? "The Hall is being asked"
      : code.trim() === ""
        ? "It wants a code"
        : undefined;
  return (
    <Sheet title="Show your second factor">
      <form onSubmit={show} className="space-y-4">
        <Field
          id="code"
          label="Code"
          hint="The six digits of your authenticator, or one of your recovery codes."
        >
          {(parts) => (
            <input
              {...parts}
              value={code}
              autoComplete="one-time-code"
              spellCheck={false}
              maxLength={40}
              onChange={(event) => setCode(event.target.value)}
              className={`${INPUT} font-mono`}
            />
          )}
        </Field>
        {refusal !== null && <NotLetIn words={signInWords(refusal)} />}
        <div className="flex gap-2">
          <Button type="submit" look="primary" because={because}>
            {isBusy ? "Signing in" : "Sign in"}
          </Button>
          <Button onClick={onAgain}>Begin again</Button>
        </div>
      </form>
    </Sheet>
  );
}
