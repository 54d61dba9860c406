"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import { hallBundles } from "../../lib/hall-bundles.ts";
import { paths } from "../../lib/paths.ts";
import type { Draft } from "../../lib/rule-types.ts";
import { Message } from "../../ui/message.tsx";
import { Answer } from "../answer.tsx";
import { DraftDesk } from "./draft-desk.tsx";

/** One draft, to be written, judged and published. */
export function DraftView({ id }: { id: string }) {
  const draft = useQuery({
    queryKey: ["draft.get", id],
    queryFn: ({ signal }): Promise<Draft> => hallBundles.draft.get.query({ id }, { signal }),
  });
  return (
    <Answer of={draft} what="The draft could not be read" label="Reading the draft" absent={<NoDraft />}>
      {(stored) => <DraftDesk stored={stored} />}
    </Answer>
  );
}

function NoDraft() {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Message level={1} title="No such draft here">
      <p>The address is mistyped, or the draft belongs to another tenant: the Hall does not say which.</p>
      <Link className="text-accent underline" href={paths.drafts(tenant)}>
        Back to the drafts
      </Link>
    </Message>
  );
}
