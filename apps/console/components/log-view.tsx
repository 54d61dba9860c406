"use client";

import { useEffect, useState } from "react";
import type { HallState } from "../lib/hall-types.ts";
import { type KeyPin, originOf, pinKey } from "../lib/pinned-key.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { count } from "../ui/count.ts";
import { Entry, Record } from "../ui/record.tsx";
import { Time } from "../ui/time.tsx";
import { Fingerprint, KeyChanged, KeyPinLine } from "./key-pin.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { useMe } from "./use-me.ts";

/** The log that holds every receipt, and the key that this browser checks it with. */
export function LogView({ hallUrl }: { hallUrl: string }) {
  const { me, refusal } = useMe();
  if (me === null) return refusal && <RefusalNotice what="The log could not be read" refusal={refusal} />;
  return <Log hall={me.hall} hallUrl={hallUrl} />;
}

function Log({ hall, hallUrl }: { hall: HallState; hallUrl: string }) {
  const { pin, again } = usePin(hall.verifier_key);
  return (
    <div className="max-w-[760px] space-y-8 px-4 pt-4 pb-16 mid:px-6">
      <header>
        <h1 className="text-20">Log and key</h1>
        <p className="mt-1 text-quiet">
          Every receipt is a leaf of one log. The Hall signs the log's head; a receipt is checked against that
          signature, in your browser or anywhere else.
        </p>
      </header>
      <section aria-label="Log">
        <h2 className="mb-2 text-16">Log</h2>
        <Record label="Log">
          <Entry name="Origin">
            <span className="font-mono">{hall.origin}</span>
          </Entry>
          <Entry name="Entries">
            <span className="tabular-nums">{count(hall.tree_size)}</span>
          </Entry>
          <Entry name="Sealed">
            <span className="tabular-nums">{count(hall.sealed_size)}</span>
            {hall.sealed_at && (
              <>
                , <Time at={hall.sealed_at} />
              </>
            )}
          </Entry>
        </Record>
        <p className="mt-3 mb-1.5 text-13">Its signed head, for anyone:</p>
        <CodeBlock label="command that reads the signed head" text={`curl -s ${hallUrl}/log/checkpoint`} />
      </section>
      <section aria-label="Key" className="space-y-3">
        <h2 className="text-16">Key</h2>
        {pin?.status === "changed" ? (
          <KeyChanged pin={pin} onReplaced={again} />
        ) : (
          pin && <KeyPinLine pin={pin} />
        )}
        <Record label="Key">
          <Entry name="Fingerprint">
            <Fingerprint verifierKey={hall.verifier_key} isWhole />
          </Entry>
        </Record>
        <p className="mb-1.5 text-13">
          The key as a verifier wants it. Compare it with what the operator of the Hall publishes elsewhere.
        </p>
        <CodeBlock label="verifier key" text={hall.verifier_key} />
      </section>
    </div>
  );
}

function usePin(offered: string): { pin: KeyPin | null; again: () => void } {
  const [pin, setPin] = useState<KeyPin | null>(null);
  const read = () =>
    setPin(pinKey(window.localStorage, originOf(offered), offered, new Date().toISOString()));
  useEffect(read, [offered]);
  return { pin, again: read };
}
