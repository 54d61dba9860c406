"use client";

import { CodeBlock } from "../../ui/code-block.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { SkeletonLines } from "../../ui/skeleton-lines.tsx";
import { Fingerprint, KeyChanged, KeyPinLine } from "../key-pin.tsx";
import { PageHeading } from "../page-heading.tsx";
import { RefusalNotice } from "../refusal-notice.tsx";
import { useKeyPin } from "../use-key-pin.ts";
import { useMe } from "../use-me.ts";
import { ApiKeys } from "./api-keys.tsx";
import { HallKeys } from "./hall-keys.tsx";
import { MeasuringKeys } from "./measuring-keys.tsx";

/** The keys of agents, and whose signature means what: what this browser checks with, and who speaks for code. */
export function KeysView({ hallUrl }: { hallUrl: string }) {
  const { me, refusal } = useMe();
  return (
    <div className="pb-16">
      <PageHeading title="Keys">
        What agents ask with, what the Hall signs with, and who speaks for code. Each came, and each goes, by
        an entry of the log.
      </PageHeading>
      <ApiKeys />
      {me !== null ? (
        <LogKey verifierKey={me.hall.verifier_key} />
      ) : refusal ? (
        <RefusalNotice what="The key of the log could not be read" refusal={refusal} />
      ) : (
        <SkeletonLines label="Reading the key of the log" lines={4} />
      )}
      <HallKeys hallUrl={hallUrl} />
      <MeasuringKeys />
    </div>
  );
}

function LogKey({ verifierKey }: { verifierKey: string }) {
  const { pin, again } = useKeyPin(verifierKey);
  return (
    <Section title="What this browser checks with">
      <div className="max-w-[880px] space-y-3">
        {pin?.status === "changed" ? (
          <KeyChanged pin={pin} onReplaced={again} />
        ) : (
          pin && <KeyPinLine pin={pin} />
        )}
        <Record label="Key of the log">
          <Entry name="Fingerprint">
            <Fingerprint verifierKey={verifierKey} isWhole />
          </Entry>
        </Record>
        <p className="text-13">
          The key as a verifier wants it. Compare it with what the operator of the Hall publishes elsewhere.
        </p>
        <CodeBlock label="verifier key" text={verifierKey} />
      </div>
    </Section>
  );
}
