"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answerBy } from "../lib/ask-to-show-again.ts";
import { hall } from "../lib/hall-client.ts";
import type { OwnAccount } from "../lib/people-types.ts";
import { signOut } from "../lib/sign-in.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Answer } from "./answer.tsx";
import { type Factors, ShowFactor } from "./show-factor.tsx";

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

function ShowAgain({ onShown, onLeave }: { onShown: () => void; onLeave: () => void }) {
  const account = useQuery({
    queryKey: ["account.get"],
    queryFn: ({ signal }) => hall.account.get.query({}, { signal }),
  });
  return (
    <div className="space-y-4 p-6">
      <h2 className="text-20">Show again that it is you</h2>
      <Answer of={account} what="Your account could not be read" label="Reading your account">
        {({ account: own }) => {
          const factors = factorsOf(own);
          return factors ? (
            <ShowFactor factors={factors} onShown={onShown} onLeave={onLeave} />
          ) : (
            <NothingToShow onLeave={onLeave} />
          );
        }}
      </Answer>
    </div>
  );
}

/** What the person can show, or null. A password counts only where there is no second factor. */
function factorsOf(account: OwnAccount | null): Factors | null {
  const totp = Boolean(account?.totp_since);
  const passkey = (account?.passkeys.length ?? 0) > 0;
  if (totp || passkey) return { typed: totp ? "code" : "recovery code", passkey };
  return account?.password_since ? { typed: "password", passkey } : null;
}

/** Who signs in by links alone, or by a provider of the tenant's, shows nothing but a new sign-in. */
function NothingToShow({ onLeave }: { onLeave: () => void }) {
  return (
    <>
      <p className="text-13">
        This wants a fresh sign-in, and you have neither a password nor a second factor: sign out, and sign in
        again as you did.
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
