"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { goToProvider } from "../../lib/single-sign-on.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/section.tsx";
import { StepUp } from "../step-up.tsx";

/** Whoever signs in otherwise says here that the tenant's provider vouches for them too. */
export function LinkProvider() {
  const { data } = useQuery({
    queryKey: ["sso.show"],
    queryFn: ({ signal }) => hall.sso.show.query({}, { signal }),
  });
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ code: string; sentence: string; remedy: string } | null>(null);
  if (!data?.connection) return null;

  async function link(): Promise<void> {
    setBusy(true);
    setRefusal(null);
    const gone = await goToProvider({ act: "link" });
    if (gone.ok) return window.location.assign(gone.url);
    setBusy(false);
    setRefusal({ code: gone.code, ...gone.words });
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
        {refusal?.code === "STEP_UP_REQUIRED" ? (
          <StepUp />
        ) : (
          refusal && (
            <Notice tone="deny" title="It was not linked">
              <p>
                {refusal.sentence} {refusal.remedy}
              </p>
            </Notice>
          )
        )}
        <Button because={isBusy ? "The provider is being asked" : undefined} onClick={() => void link()}>
          Link the provider
        </Button>
      </div>
    </Section>
  );
}
