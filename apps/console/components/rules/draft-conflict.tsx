"use client";

import { lazy, Suspense, useState } from "react";
import { hallBundles } from "../../lib/hall-bundles.ts";
import type { Draft } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/count.ts";
import { Notice } from "../../ui/notice.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Refused } from "../answer.tsx";
import type { DraftText } from "./use-draft-text.ts";

const TextDifference = lazy(() => import("./editor/text-difference.tsx"));

/** What stands between the author and a save: somebody else's, text of an earlier visit, or a refusal. */
export function DraftConflict({ text }: { text: DraftText }) {
  const { conflict, failure, kept } = text;
  if (conflict === null && failure === null && kept === null) return null;
  return (
    <div className="space-y-3 px-4 pb-3 mid:px-6">
      {conflict && <TheyWereFirst text={text} conflict={conflict} />}
      {failure !== null && <Refused what="The draft was not saved" error={failure} />}
      {kept && (
        <Notice tone="plain" title="There is text that was never saved">
          <p>
            Typed in this tab over revision {count(kept.revision)}, <Time at={kept.at} />.
          </p>
          <div className="flex flex-wrap gap-2">
            <Button onClick={text.putBack}>Put it back</Button>
            <Button look="quiet" onClick={text.dropKept}>
              Forget it
            </Button>
          </div>
        </Notice>
      )}
    </div>
  );
}

function TheyWereFirst({
  text,
  conflict,
}: {
  text: DraftText;
  conflict: NonNullable<DraftText["conflict"]>;
}) {
  const [theirs, setTheirs] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  async function compare(): Promise<void> {
    try {
      const draft: Draft = await hallBundles.draft.get.query({ id: text.draft.id });
      setTheirs(draft.content);
    } catch (error) {
      setFailure(error);
    }
  }

  return (
    <Notice tone="hold" title={`Revision ${count(conflict.revision)} was saved before yours`}>
      <p>
        By <ActorName actor={conflict.updated_by} />, <Time at={conflict.updated_at} />. Yours began at
        revision {count(text.draft.revision)} and is still here.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void compare()}>See what differs</Button>
        <Button onClick={() => void text.takeTheirs()}>Take theirs</Button>
        <Button onClick={() => void text.save({ over: conflict.revision })}>Save mine over it</Button>
      </div>
      {failure !== null && <Refused what="The other revision could not be read" error={failure} />}
      {theirs !== null && (
        <Suspense fallback={null}>
          <TextDifference before={theirs} after={text.text} label="From their text to yours" />
        </Suspense>
      )}
    </Notice>
  );
}
