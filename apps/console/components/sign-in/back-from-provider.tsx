"use client";

import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { paths } from "../../lib/paths.ts";
import type { SecondFactor } from "../../lib/people-types.ts";
import { signInBySso, signInWords } from "../../lib/sign-in.ts";
import { completeLink } from "../../lib/single-sign-on.ts";
import { NotLetIn, Sheet } from "./sheet.tsx";
import { WithFactor } from "./with-factor.tsx";

interface Words {
  sentence: string;
  remedy: string;
}

/** Hands in what the provider sent, once; the address leaves the history with this page. */
export function BackFromProvider({ tenant, kind }: { tenant: string; kind: "in" | "link" | null }) {
  const hasBegun = useRef(false);
  const [factors, setFactors] = useState<readonly SecondFactor[] | null>(null);
  const [isLinked, setLinked] = useState(false);
  const [refusal, setRefusal] = useState<Words | null>(null);

  useEffect(() => {
    if (hasBegun.current) return;
    hasBegun.current = true;
    const answer = window.location.search.slice(1);
    window.history.replaceState(null, "", window.location.pathname);
    if (kind === "link")
      void completeLink(tenant, answer).then((done) => (done.ok ? setLinked(true) : setRefusal(done.words)));
    else
      void signInBySso(tenant, answer).then((done) => {
        if (!done.ok) setRefusal(signInWords(done.code));
        else if (done.step === "factor") setFactors(done.factors);
        else window.location.replace(paths.home());
      });
  }, [tenant, kind]);

  if (factors)
    return (
      <WithFactor
        factors={factors}
        onStep={() => window.location.replace(paths.home())}
        onAgain={() => window.location.replace(paths.signIn())}
      />
    );
  if (isLinked)
    return (
      <Sheet title="Your provider is linked">
        <p>It signs you in here from now on, beside what did before.</p>
        <p className="text-13">
          <Link href={paths.security(tenant)} className="text-accent underline">
            Back to your security
          </Link>
        </p>
      </Sheet>
    );
  if (refusal === null)
    return (
      <Sheet title={kind === "link" ? "Linking your provider" : "Signing in"}>
        <p role="status">The Hall checks what your provider sent.</p>
      </Sheet>
    );
  return (
    <Sheet title={kind === "link" ? "Your provider was not linked" : "You are not signed in"}>
      <NotLetIn words={refusal} />
      <p className="text-13">
        <Link
          href={kind === "link" ? paths.security(tenant) : paths.signIn()}
          className="text-accent underline"
        >
          {kind === "link" ? "Back to your security" : "To the sign-in"}
        </Link>
      </p>
    </Sheet>
  );
}
