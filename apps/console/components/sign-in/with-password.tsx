"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { paths } from "../../lib/paths.ts";
import { type SignInProgress, signInByPassword, signInWords } from "../../lib/sign-in.ts";
import { goToProvider } from "../../lib/single-sign-on.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { NotLetIn, Sheet } from "./sheet.tsx";

interface Props {
  hasEnded: boolean;
  onStep: (progress: SignInProgress) => void;
}

export function WithPassword({ hasEnded, onStep }: Props) {
  const isLive = useIsLive();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  /** Those of whom one is to be chosen; empty until the Hall asks. */
  const [tenants, setTenants] = useState<string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [code, setCode] = useState<string | null>(null);
  /** Why single sign-on led nowhere. */
  const [away, setAway] = useState<{ sentence: string; remedy: string } | null>(null);

  async function signIn(tenant: string): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setCode(null);
    const answer = await signInByPassword({ email, password, tenant });
    if (answer.ok) return onStep(answer);
    setBusy(false);
    if ("tenants" in answer) setTenants(answer.tenants);
    else setCode(answer.code);
  }

  if (tenants.length > 0)
    return (
      <Sheet title="Which tenant?">
        <p>You are a member of several. A session is for one of them.</p>
        <ul className="space-y-2">
          {tenants.map((tenant) => (
            <li key={tenant}>
              <Button
                className="w-full"
                because={isBusy ? "The Hall is being asked" : undefined}
                onClick={() => void signIn(tenant)}
              >
                {tenant}
              </Button>
            </li>
          ))}
        </ul>
        {code !== null && <NotLetIn words={signInWords(code)} />}
      </Sheet>
    );
  async function goAway(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setCode(null);
    setAway(null);
    const gone = await goToProvider({ act: "sign-in", email });
    if (gone.ok) return window.location.assign(gone.url);
    setBusy(false);
    setAway(gone.words);
  }

  const why = !isLive ? "The page is still loading" : isBusy ? "The Hall is being asked" : undefined;
  return (
    <Sheet title={hasEnded ? "Your session has ended" : "Sign in"}>
      {hasEnded && <p>It ran out, or was ended elsewhere.</p>}
      <form
        className="space-y-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void signIn("");
        }}
      >
        <TextField
          id="email"
          label="E-mail"
          type="email"
          value={email}
          autoComplete="username"
          maxLength={254}
          onChange={setEmail}
        />
        <TextField
          id="password"
          label="Password"
          type="password"
          value={password}
          autoComplete="current-password"
          maxLength={128}
          onChange={setPassword}
        />
        {code !== null && <NotLetIn words={signInWords(code)} />}
        <Button type="submit" look="primary" className="w-full" because={why}>
          {isBusy ? "Signing in" : "Sign in"}
        </Button>
      </form>
      {away !== null && <NotLetIn words={away} />}
      <Button
        className="w-full"
        because={why ?? (email.includes("@") ? undefined : "It wants your e-mail above, and no password")}
        onClick={() => void goAway()}
      >
        Use single sign-on
      </Button>
      <p className="text-13">
        <Link href={paths.recover()} className="text-accent underline">
          I have lost my password
        </Link>
      </p>
      <div className="space-y-2 border-t border-line pt-4 text-13 text-quiet">
        <p>Or open a one-time link in this browser. A local Hall prints one when it starts:</p>
        <CodeBlock label="command that prints a sign-in link" text="npm start" />
      </div>
    </Sheet>
  );
}
