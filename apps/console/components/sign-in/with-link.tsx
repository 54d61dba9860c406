"use client";

import { useState } from "react";
import { type SignInProgress, signInWords, spendLink } from "../../lib/sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { NotLetIn, Sheet } from "./sheet.tsx";

interface Props {
  token: string;
  hallUrl: string;
  onStep: (progress: SignInProgress) => void;
}

/** Opening the link spends nothing: mail scanners and previews open links too. The button does. */
export function WithLink({ token, hallUrl, onStep }: Props) {
  const isLive = useIsLive();
  const [state, setState] = useState<{ step: "ready" | "busy" } | { step: "refused"; code: string }>({
    step: "ready",
  });

  async function signIn(): Promise<void> {
    setState({ step: "busy" });
    const answer = await spendLink(token);
    if (answer.ok) onStep(answer);
    else setState({ step: "refused", code: answer.code });
  }

  const refusal = state.step === "refused" ? signInWords(state.code) : null;
  const busy = state.step === "busy" ? "The Hall is being asked" : undefined;
  const isOver = refusal !== null && !refusal.canRetry;
  return (
    <Sheet title={isOver ? "This link does not sign you in" : "Sign in with a one-time link"}>
      {!isOver && (
        <p>This link signs you in once, as the member it was made for. Opening this page has not used it.</p>
      )}
      <dl className="grid grid-cols-[64px_minmax(0,1fr)] gap-x-3 gap-y-1 text-13">
        <dt className="text-quiet">Hall</dt>
        <dd className="font-mono">{hallUrl.replace(/^https?:\/\//, "")}</dd>
        <dt className="text-quiet">Link</dt>
        <dd className="font-mono [overflow-wrap:anywhere]">
          <ForeignText text={`…${token.slice(-6)}`} />
        </dd>
      </dl>
      {refusal && <NotLetIn words={refusal} />}
      {!isOver && (
        <Button
          look="primary"
          className="w-full"
          because={isLive ? busy : "The page is still loading"}
          onClick={() => void signIn()}
        >
          {state.step === "busy" ? "Signing in" : "Sign in"}
        </Button>
      )}
    </Sheet>
  );
}
