"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import type { ShadowPage } from "../../lib/rule-types.ts";
import { Message } from "../../ui/message.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { ShadowDifferences } from "./shadow-differences.tsx";
import { NewestRun, OlderRuns } from "./shadow-runs.tsx";

const PAGE = 50;
/** While a run is open its figures grow. */
const POLL_MS = 3000;

/** Bundles that were tried beside the one in force, and where the newest would have decided otherwise. */
export function ShadowView() {
  const shadow = useInfiniteQuery({
    queryKey: ["shadow.list"],
    queryFn: ({ signal, pageParam }): Promise<ShadowPage> =>
      hall.shadow.list.query({ limit: PAGE, ...(pageParam !== null && { before: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // Once somebody reads on, rows must not move under their eyes.
    refetchInterval: ({ state: { data } }) =>
      data?.pages.length === 1 && data.pages[0]?.runs[0]?.ended_at === null ? POLL_MS : false,
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Shadow runs">
        A bundle that is evaluated beside the one in force: it decides nothing, and says where it would have.
      </PageHeading>
      <Answer of={shadow} what="The shadow runs could not be read" label="Reading the shadow runs">
        {({ pages }) => {
          const runs = pages[0]?.runs ?? [];
          const [newest, ...older] = runs;
          if (newest === undefined) return <NoRuns />;
          return (
            <>
              <NewestRun run={newest} />
              <ShadowDifferences
                run={newest}
                differences={pages.flatMap((page) => page.differences)}
                {...(shadow.hasNextPage && { onMore: () => void shadow.fetchNextPage() })}
                isBusy={shadow.isFetchingNextPage}
              />
              {older.length > 0 && <OlderRuns runs={older} />}
            </>
          );
        }}
      </Answer>
    </div>
  );
}

function NoRuns() {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Message title="No shadow run yet">
      <p>
        Open a draft, and under Publish start a shadow run: every coming request is decided a second time with
        it. What would have been decided otherwise is listed here.
      </p>
      <Link className="text-accent underline" href={paths.drafts(tenant)}>
        To the drafts
      </Link>
    </Message>
  );
}
