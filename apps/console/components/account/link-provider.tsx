"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { askToShowAgain } from "../../lib/ask-to-show-again.ts";
import { hall } from "../../lib/hall-client.ts";
import { goToProvider } from "../../lib/single-sign-on.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/section.tsx";

/** Whoever signs in otherwise says here that the tenant's provider vouches for them too. */
export function LinkProvider() {
  const { data } = useQuery({
    queryKey: ["sso.show"],
    queryFn: ({ signal }) => hall.sso.show.query({}, { signal }),
  });
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ sentence: string; remedy: string } | null>(null);
  if (!data?.connection) return null;

  async function link(): Promise<void> {
    setBusy(true);
    setRefusal(null);
    let gone = await goToProvider({ act: "link" });
    // Not by the client of the pages, so the page's one dialog is asked here.
    if (!gone.ok && gone.code === "STEP_UP_REQUIRED" && (await askToShowAgain()))
      gone = await goToProvider({ act: "link" });
    if (gone.ok) return window.location.assign(gone.url);
    setBusy(false);
    setRefusal(gone.words);
  }

  return (
    <Section title="Single sign-on">
      <div className="max-w-[880px] space-y-3 text-13">
        <p>
          Your tenant signs people in through{" "}
          <span className="font-mono">
            <ForeignText text={data.connection.issuer} max={512} />
          </span>
          . Link it, and it signs you in here too.
        </p>
        {refusal && (
          <Notice tone="deny" title="It was not linked">
            <p>
              {refusal.sentence} {refusal.remedy}
            </p>
          </Notice>
        )}
        <Button because={isBusy ? "The provider is being asked" : undefined} onClick={() => void link()}>
          Link the provider
        </Button>
      </div>
    </Section>
  );
}
