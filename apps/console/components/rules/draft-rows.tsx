"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import { paths } from "../../lib/paths.ts";
import type { DraftHead } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Drafts of one status, each with its last save and what can be done with it. */
export function DraftRows({
  title,
  drafts,
  onMove,
}: {
  title: string;
  drafts: readonly DraftHead[];
  onMove: (draft: DraftHead, to: "discard" | "restore") => void;
}) {
  const { tenant } = useParams<{ tenant: string }>();
  const whyNot = useWhyNot("rule:draft");
  return (
    <section aria-label={`${title} drafts`} className="px-4 mid:px-6">
      <h2 className="mb-2 text-16">
        {title} <span className="font-mono text-12 font-normal text-quiet">{count(drafts.length)}</span>
      </h2>
      <ul className="border-t border-line">
        {drafts.map((draft) => (
          <li
            key={draft.id}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b border-line py-1.5 text-13 hover:bg-wash has-[a:focus-visible]:bg-wash"
          >
            <div className="grid min-w-0 gap-x-4 mid:grid-cols-[minmax(0,1fr)_96px_minmax(160px,220px)]">
              <Link
                data-row
                href={paths.draft(tenant, draft.id)}
                className="font-medium text-accent [overflow-wrap:anywhere] hover:underline"
              >
                <ForeignText text={draft.name} />
              </Link>
              <span className="text-quiet">revision {count(draft.revision)}</span>
              <span className="text-quiet">
                saved by <ActorName actor={draft.updated_by} />, <Time at={draft.updated_at} />
                {draft.consent_current && ", with consent"}
              </span>
            </div>
            {draft.status === "published" ? (
              <span className="text-quiet">in the publications</span>
            ) : (
              <Button
                look="quiet"
                because={whyNot}
                aria-label={`${draft.status === "open" ? "Discard" : "Restore"} ${draft.name}`}
                onClick={() => onMove(draft, draft.status === "open" ? "discard" : "restore")}
              >
                {draft.status === "open" ? "Discard" : "Restore"}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
