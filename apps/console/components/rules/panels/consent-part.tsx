"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../../lib/hall-client.ts";
import { Button } from "../../../ui/button.tsx";
import { count } from "../../../ui/count.ts";
import { Mark } from "../../../ui/mark.tsx";
import { Time } from "../../../ui/time.tsx";
import { ActorName } from "../../actor-name.tsx";
import { Refused } from "../../answer.tsx";
import { useMe } from "../../use-me.ts";
import { useWhyNot } from "../../use-why-not.ts";
import type { PanelProps } from "./panel-props.ts";

/** A second person's agreement to exactly this revision. A Hall may be set to ask for it. */
export function ConsentPart({ text }: PanelProps) {
  const { draft, isDirty } = text;
  const queries = useQueryClient();
  const { me } = useMe();
  const whyNot = useWhyNot("rule:consent");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isOwn = me !== null && draft.updated_by.endsWith(`:${me.member.id}`);
  const whyOff =
    whyNot ??
    (draft.status !== "open" ? `This draft is ${draft.status}` : undefined) ??
    (draft.consent_current ? "Somebody has consented to this revision" : undefined) ??
    (isOwn ? "You saved this revision; a second person has to consent to it" : undefined) ??
    (isDirty ? "What you see is not the revision that is saved" : undefined) ??
    (isBusy ? "It is being written down" : undefined);

  async function consent(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await hall.draft.consent.mutate({ id: draft.id, revision: draft.revision });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
      for (const queryKey of [["draft.get", draft.id], ["draft.list"]])
        void queries.invalidateQueries({ queryKey });
    }
  }

  return (
    <section aria-label="Consent" className="space-y-3">
      <h2 className="text-14">Consent</h2>
      <p className="flex items-baseline gap-2 text-13">
        <Mark name={draft.consent_current ? "allow" : "skipped"} />
        <span>
          {draft.consent_by === null || draft.consent_at === null ? (
            "Nobody else has consented to this revision."
          ) : (
            <>
              <ActorName actor={draft.consent_by} /> consented to{" "}
              {draft.consent_current ? "this" : "an earlier"} revision, <Time at={draft.consent_at} />.
              {!draft.consent_current && " It was saved again since, so that counts for nothing."}
            </>
          )}{" "}
          <span className="text-quiet">Some Halls publish nothing without it.</span>
        </span>
      </p>
      {failure !== null && <Refused what="Your consent was not written down" error={failure} />}
      <Button because={whyOff} onClick={() => void consent()}>
        Consent to revision {count(draft.revision)}
      </Button>
    </section>
  );
}
