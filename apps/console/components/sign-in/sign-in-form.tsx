"use client";

import Link from "next/link";
import { useState } from "react";
import { paths } from "../../lib/paths.ts";
import { signOut } from "../../lib/sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { Sheet } from "./sheet.tsx";
import { WithFactor } from "./with-factor.tsx";
import { WithLink } from "./with-link.tsx";
import { WithPassword } from "./with-password.tsx";

interface Props {
  /** The one-time token of the address, or null where there is none. */
  token: string | null;
  hallUrl: string;
  /** True where the Hall ended the session that was here. */
  hasEnded: boolean;
  /** True where a first factor was shown and the second is waited for. */
  awaitsFactor: boolean;
  signedInAs: { name: string; tenant: { slug: string; name: string } } | null;
}

/** One page, three ways in: a link, a password, and the second factor after either. */
export function SignInForm({ token, hallUrl, hasEnded, awaitsFactor, signedInAs }: Props) {
  const [wantsFactor, setWantsFactor] = useState(awaitsFactor && token === null);
  const go = (step: "in" | "factor") => {
    // The address may have held a token: it leaves the history with this page.
    if (step === "in") window.location.replace(paths.home());
    else setWantsFactor(true);
  };
  if (wantsFactor) return <WithFactor onStep={go} onAgain={() => setWantsFactor(false)} />;
  if (token !== null) return <WithLink token={token} hallUrl={hallUrl} onStep={go} />;
  if (signedInAs) return <SignedIn {...signedInAs} />;
  return <WithPassword hasEnded={hasEnded} onStep={go} />;
}

function SignedIn({ name, tenant }: NonNullable<Props["signedInAs"]>) {
  return (
    <Sheet title="You are signed in">
      <p>
        As {name}, for {tenant.name}.
      </p>
      <Link
        href={paths.start(tenant.slug)}
        className="inline-flex h-8 items-center rounded bg-accent px-3 text-13 font-medium text-on-accent"
      >
        Go on
      </Link>{" "}
      <Button onClick={() => void signOut()}>Sign out</Button>
    </Sheet>
  );
}
