"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import { hallBundles } from "../../lib/hall-bundles.ts";
import { paths } from "../../lib/paths.ts";
import type { PublicationDetail } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { CheckReceipt } from "../check-receipt.tsx";
import { Digest } from "../digest.tsx";
import { PageHeading } from "../page-heading.tsx";
import { BundleChanges } from "./bundle-changes.tsx";
import { PublicationFacts } from "./publication-record.tsx";
import { RollBack } from "./roll-back.tsx";
import { RuleList } from "./rule-list.tsx";

/** One publication: what it said, what it changed, and the way back to it. */
export function PublicationView({ number, hallUrl }: { number: number; hallUrl: string }) {
  const found = useQuery({
    queryKey: ["rule.getPublication", number],
    queryFn: ({ signal }): Promise<PublicationDetail> =>
      hallBundles.rule["get-publication"].query({ number }, { signal }),
  });
  return (
    <Answer
      of={found}
      what="The publication could not be read"
      label="Reading the publication"
      absent={<NoPublication />}
    >
      {(detail) => <PublicationPage {...detail} hallUrl={hallUrl} />}
    </Answer>
  );
}

function PublicationPage({
  publication,
  bundle,
  previous_bundle,
  hallUrl,
}: PublicationDetail & { hallUrl: string }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { number, in_force } = publication;
  return (
    <div className="pb-16">
      <PageHeading
        title={`Publication No. ${count(number)}`}
        actions={<RollBack publication={publication} bundle={bundle} />}
      >
        <span className="inline-flex items-baseline gap-2">
          <Mark name={in_force ? "allow" : "skipped"} />
          {in_force ? "In force" : "No longer in force"}
        </span>
        {number > 1 && (
          <>
            {" · "}
            <Link className="text-accent underline" href={paths.publication(tenant, number - 1)}>
              the one before
            </Link>
          </>
        )}
      </PageHeading>
      <div className="max-w-[760px] px-4 mid:px-6">
        <Record label="Publication">
          <Entry name="Published">
            by <ActorName actor={publication.published_by} />, <Time at={publication.published_at} />
          </Entry>
          <Entry name="Bundle">
            <Digest digest={publication.digest} label="digest of the bundle" />
          </Entry>
          {publication.previous_digest !== null && (
            <Entry name="Replaced">
              <Digest digest={publication.previous_digest} label="digest of the bundle before" />
            </Entry>
          )}
          <PublicationFacts publication={publication} />
        </Record>
      </div>
      <Section title="What it changed">
        {previous_bundle === null ? (
          <p className="text-13 text-quiet">Nothing was in force before it.</p>
        ) : (
          <BundleChanges
            before={previous_bundle}
            after={bundle}
            what={`From what was in force to No. ${count(number)}`}
          />
        )}
      </Section>
      <div id="receipt" className="scroll-mt-24">
        <Section title="Receipt">
          <CheckReceipt id={publication.receipt_id} hallUrl={hallUrl} />
        </Section>
      </div>
      <Section title="Its rules">
        <RuleList bundle={bundle} digest={publication.digest} findings={NONE} />
      </Section>
    </div>
  );
}

const NONE: readonly never[] = [];

function NoPublication() {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Message level={1} title="No such publication">
      <p>Numbers begin at 1 and have no gap; this one was never reached.</p>
      <Link className="text-accent underline" href={paths.publications(tenant)}>
        Back to the publications
      </Link>
    </Message>
  );
}
