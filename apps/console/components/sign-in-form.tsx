"use client";

import Link from "next/link";
import { type ReactNode, useState } from "react";
import { paths } from "../lib/paths.ts";
import { type SignInWords, signInWords, spendLink } from "../lib/sign-in.ts";
import { Button } from "../ui/button.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Mark } from "../ui/mark.tsx";
import { useIsLive } from "../ui/use-is-live.ts";

interface Props {
  /** The one-time token of the address, or null where there is none. */
  token: string | null;
  hallUrl: string;
  /** True where the Hall ended the session that was here. */
  hasEnded: boolean;
  signedInAs: { name: string; tenant: { slug: string; name: string } } | null;
}

export function SignInForm({ token, hallUrl, hasEnded, signedInAs }: Props) {
  if (token !== null) return <WithLink token={token} hallUrl={hallUrl} />;
  if (signedInAs) return <SignedIn {...signedInAs} />;
  return <WithoutLink hasEnded={hasEnded} />;
}

/** Opening the link spends nothing: mail scanners and previews open links too. The button does. */
function WithLink({ token, hallUrl }: { token: string; hallUrl: string }) {
  const isLive = useIsLive();
  const [state, setState] = useState<{ step: "ready" | "busy" } | { step: "refused"; code: string }>({
    step: "ready",
  });

  async function signIn(): Promise<void> {
    setState({ step: "busy" });
    const answer = await spendLink(token);
    // The address held the token: it leaves the history with this page.
    if (answer.ok) window.location.replace(paths.home());
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
      {refusal && <Refused words={refusal} />}
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

function Refused({ words: { sentence, remedy } }: { words: SignInWords }) {
  return (
    <div role="alert" className="flex gap-2.5 border-l-2 border-deny bg-deny-wash px-3 py-2.5 text-13">
      <span className="pt-1">
        <Mark name="deny" />
      </span>
      <p>
        {sentence} {remedy}
      </p>
    </div>
  );
}

function WithoutLink({ hasEnded }: { hasEnded: boolean }) {
  return (
    <Sheet title={hasEnded ? "Your session has ended" : "Sign in"}>
      <p>
        {hasEnded && "It ran out, or was ended elsewhere. "}
        People sign in with a one-time link. There is no password. The operator of the Hall makes a link; a
        local Hall prints one when it starts:
      </p>
      <CodeBlock label="command that prints a sign-in link" text="npm start" />
      <p className="text-quiet">Open the link in this browser, then press Sign in.</p>
    </Sheet>
  );
}

function SignedIn({ name, tenant }: NonNullable<Props["signedInAs"]>) {
  return (
    <Sheet title="You are signed in">
      <p>
        As {name}, for {tenant.name}.
      </p>
      <Link
        href={paths.decisions(tenant.slug)}
        className="inline-flex h-8 items-center rounded bg-accent px-3 text-13 font-medium text-on-accent"
      >
        To the decisions
      </Link>
    </Sheet>
  );
}

function Sheet({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-labelledby="sheet-title" className="space-y-4 rounded border border-line bg-sheet p-6">
      <h1 id="sheet-title" className="text-20">
        {title}
      </h1>
      {children}
    </section>
  );
}
