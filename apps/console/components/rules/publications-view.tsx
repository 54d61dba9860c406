"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams, useSearchParams } from "next/navigation";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import type { Publication, PublicationPage } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { Digest } from "../digest.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { NewDraft } from "./new-draft.tsx";

const PAGE = 50;
const COLUMNS = "mid:grid-cols-[72px_84px_minmax(0,1fr)_180px_160px_88px]";

/** Every time that rules were put in force, newest first. */
export function PublicationsView() {
  const before = readBefore(useSearchParams().get("before"));
  const publications = useQuery({
    queryKey: ["rule.listPublications", before],
    queryFn: ({ signal }): Promise<PublicationPage> =>
      hall.rule["list-publications"].query({ limit: PAGE, ...(before !== null && { before }) }, { signal }),
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Publications">
        Every bundle that was put in force, with its receipt. Any of them can be put in force again.
      </PageHeading>
      <Answer of={publications} what="The publications could not be read" label="Reading the publications">
        {({ publications, next }) =>
          publications.length === 0 ? (
            <NoPublications />
          ) : (
            <>
              <Table
                label="Publications, newest first"
                columns={COLUMNS}
                titles={["No.", "State", "Note", "By", "Bundle", "When"]}
              >
                {publications.map((publication) => (
                  <PublicationRow key={publication.number} publication={publication} />
                ))}
              </Table>
              <Pages before={before} next={next} />
            </>
          )
        }
      </Answer>
    </div>
  );
}

function PublicationRow({ publication }: { publication: Publication }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { number, note, rolled_back_from: from, in_force } = publication;
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <Link
          data-row
          href={paths.publication(tenant, number)}
          aria-label={`Publication No. ${number}${in_force ? ", in force" : ""}`}
          className="font-mono text-12 text-accent tabular-nums hover:underline"
        >
          No. {count(number)}
        </Link>
      </Cell>
      <Cell>
        {in_force && (
          <span className="inline-flex items-center gap-2 font-medium">
            <Mark name="allow" /> in force
          </span>
        )}
      </Cell>
      <Cell>
        {from !== null && <span className="text-quiet">rolled back to No. {count(from)}. </span>}
        {note !== "" && <ForeignText text={note} max={140} />}
      </Cell>
      <Cell title="by">
        <ActorName actor={publication.published_by} />
      </Cell>
      <Cell title="bundle">
        <Digest digest={publication.digest} label={`digest of publication No. ${number}`} />
      </Cell>
      <Cell className="text-quiet">
        <Time at={publication.published_at} />
      </Cell>
    </Row>
  );
}

function NoPublications() {
  return (
    <Message title="Nothing was published yet">
      <p>The rules in force were put there by whoever made the tenant. A draft, once published, is No. 1.</p>
      <NewDraft>Begin a draft</NewDraft>
    </Message>
  );
}

function Pages({ before, next }: { before: number | null; next: number | null }) {
  const { tenant } = useParams<{ tenant: string }>();
  if (before === null && next === null) return null;
  return (
    <nav aria-label="Pages" className="flex gap-x-4 px-4 py-3 text-13 mid:px-6">
      {before !== null && (
        <Link className="text-accent underline" href={paths.publications(tenant)}>
          Newest
        </Link>
      )}
      {next !== null && (
        <Link className="text-accent underline" href={paths.publications(tenant, { before: next })}>
          Older
        </Link>
      )}
    </nav>
  );
}

function readBefore(text: string | null): number | null {
  const before = Number(text);
  return Number.isSafeInteger(before) && before > 0 ? before : null;
}
