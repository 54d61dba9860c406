"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { DraftHead } from "../../lib/rule-types.ts";
import { Message } from "../../ui/message.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Answer, Refused } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { DraftRows } from "./draft-rows.tsx";
import { NewDraft } from "./new-draft.tsx";

/** Bundles that are being written, and those that were put away. */
export function DraftsView() {
  const drafts = useQuery({
    queryKey: ["draft.list"],
    queryFn: ({ signal }): Promise<{ drafts: DraftHead[] }> => hall.draft.list.query({}, { signal }),
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Drafts" actions={<NewDraft look="primary">New draft</NewDraft>}>
        A draft decides nothing. Review it, simulate it, run it in the shadow; then publish it.
      </PageHeading>
      <Answer of={drafts} what="The drafts could not be read" label="Reading the drafts">
        {({ drafts }) => (drafts.length === 0 ? <NoDrafts /> : <DraftLists drafts={drafts} />)}
      </Answer>
    </div>
  );
}

function NoDrafts() {
  return (
    <Message title="No drafts yet">
      <p>
        A draft begins as the rules in force. Change it here with completion and a plain reading beside it, or
        keep bundles in a repository and publish them over the API.
      </p>
      <NewDraft>Begin a draft</NewDraft>
    </Message>
  );
}

/** What was put away last, so that one press brings it back. */
type Discarded = Pick<DraftHead, "id" | "name">;

function DraftLists({ drafts }: { drafts: readonly DraftHead[] }) {
  const queries = useQueryClient();
  const [discarded, setDiscarded] = useState<Discarded | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  async function move(draft: Discarded, to: "discard" | "restore"): Promise<void> {
    setFailure(null);
    try {
      await hall.draft[to].mutate({ id: draft.id });
      setDiscarded(to === "discard" ? draft : null);
      queries.removeQueries({ queryKey: ["draft.get", draft.id] });
    } catch (error) {
      setFailure(error);
    }
    await queries.invalidateQueries({ queryKey: ["draft.list"] });
  }

  const having = (status: DraftHead["status"]) => drafts.filter((draft) => draft.status === status);
  return (
    <div className="space-y-8">
      <div className="px-4 empty:hidden mid:px-6">
        {discarded && (
          <Notice tone="plain">
            <p>
              “{discarded.name}” was discarded.{" "}
              <button
                type="button"
                className="text-accent underline"
                onClick={() => void move(discarded, "restore")}
              >
                Undo
              </button>
            </p>
          </Notice>
        )}
        {failure !== null && <Refused what="Nothing was changed" error={failure} />}
      </div>
      {having("open").length === 0 ? (
        <p className="px-4 text-13 text-quiet mid:px-6">No draft is open.</p>
      ) : (
        <DraftRows title="Open" drafts={having("open")} onMove={move} />
      )}
      {having("published").length > 0 && (
        <DraftRows title="Published" drafts={having("published")} onMove={move} />
      )}
      {having("discarded").length > 0 && (
        <DraftRows title="Discarded" drafts={having("discarded")} onMove={move} />
      )}
    </div>
  );
}
