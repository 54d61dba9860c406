"use client";

import Link from "next/link";
import { useState } from "react";
import { paths } from "../../lib/paths.ts";
import type { SecondFactor } from "../../lib/people-types.ts";
import { type SignInProgress, signOut } from "../../lib/sign-in.ts";
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
  /** What may be shown, where a first factor was shown and the second is waited for. */
  awaited: readonly SecondFactor[] | null;
  signedInAs: { name: string; tenant: { slug: string; name: string } } | null;
}

/** One page, three ways in: a link, a password, and the second factor after either. */
export function SignInForm({ token, hallUrl, hasEnded, awaited, signedInAs }: Props) {
  const [factors, setFactors] = useState(token === null ? awaited : null);
  const go = (progress: SignInProgress) => {
    // The address may have held a token: it leaves the history with this page.
    if (progress.step === "in") window.location.replace(paths.home());
    else setFactors(progress.factors);
  };
  if (factors) return <WithFactor factors={factors} onStep={go} onAgain={() => setFactors(null)} />;
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
