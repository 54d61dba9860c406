"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import { paths } from "../../lib/paths.ts";
import type { Publication, RulesInForce } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Digest } from "../digest.tsx";
import { ReceiptId } from "./receipt-id.tsx";

/** Which bundle is in force, and how it came to be. */
export function PublicationRecord({ rules }: { rules: RulesInForce }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { publication } = rules;
  return (
    <Record label="Bundle in force">
      <Entry name="Bundle">
        <Digest digest={rules.digest} label="digest of the bundle" />
      </Entry>
      <Entry name="Holds">
        {counted(rules.rules, "rule", "rules")}, {counted(rules.policies, "policy", "policies")},{" "}
        {counted(rules.tests, "test", "tests")}
      </Entry>
      {publication === null ? (
        <Entry name="Published">
          <span className="text-quiet">By nobody: whoever made the tenant put it in force.</span>
        </Entry>
      ) : (
        <>
          <Entry name="Published">
            <Link className="text-accent underline" href={paths.publication(tenant, publication.number)}>
              No. {count(publication.number)}
            </Link>{" "}
            by <ActorName actor={publication.published_by} />, <Time at={publication.published_at} />
          </Entry>
          <PublicationFacts publication={publication} />
        </>
      )}
    </Record>
  );
}

/** What a publication says beside its number: why, from which one, and its receipt. */
export function PublicationFacts({ publication }: { publication: Publication }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { number, note, rolled_back_from: from, receipt_id } = publication;
  return (
    <>
      {from !== null && (
        <Entry name="Rolled back">
          to the bundle of{" "}
          <Link className="text-accent underline" href={paths.publication(tenant, from)}>
            No. {count(from)}
          </Link>
        </Entry>
      )}
      <Entry name="Note">
        {note === "" ? <span className="text-quiet">none</span> : <ForeignText text={note} max={1024} />}
      </Entry>
      <Entry name="Receipt">
        <ReceiptId id={receipt_id} href={paths.publicationReceipt(tenant, number)} />
      </Entry>
    </>
  );
}

function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
