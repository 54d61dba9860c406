"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import type { EvidenceItem, ExaminedRequest } from "../../lib/certification-types.ts";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { Digest } from "../digest.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";
import { REQUEST_MARKS } from "./certification-view.tsx";
import { DecideRequest } from "./decide-request.tsx";

/** One request: what is asked, what the Hall finds of the worker now, and the officer's word. */
export function RequestView({ id }: { id: string }) {
  const request = useQuery({
    queryKey: ["certification.get", id],
    queryFn: ({ signal }) => hall.certification.get.query({ id }, { signal }),
  });
  return (
    <Answer
      of={request}
      what="The request could not be read"
      label="Reading the request"
      absent={
        <Message title="No such request" level={1}>
          <p>There is none of this id among the tenant's requests.</p>
        </Message>
      }
    >
      {(found) => <RequestPage request={found} />}
    </Answer>
  );
}

function RequestPage({ request }: { request: ExaminedRequest }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { evidence, requested, decided, state } = request;
  return (
    <div className="max-w-[880px] pb-16">
      <PageHeading title={<ForeignText text={request.worker_id} />}>
        <span className="inline-flex items-center gap-2 text-ink">
          <Mark name={REQUEST_MARKS[state]} /> {state}
        </span>
      </PageHeading>
      <Section title="What is asked">
        <Record label="What is asked">
          <Entry name="Worker">
            <Link
              href={paths.worker(tenant, request.worker_id)}
              className="font-mono text-12 text-accent underline"
            >
              <ForeignText text={request.worker_id} />
            </Link>
          </Entry>
          <Entry name="Record">
            <Digest digest={request.record_hash} label="record hash" />
          </Entry>
          <Entry name="Capabilities">
            <span className="font-mono text-12">
              <ForeignText text={request.capabilities.join(", ")} max={512} />
            </span>
          </Entry>
          <Entry name="Environments">{request.environments.join(", ")}</Entry>
          <Entry name="Data labels">{request.data_labels.join(", ")}</Entry>
          {request.note !== "" && (
            <Entry name="Note">
              <ForeignText text={request.note} max={1024} />
            </Entry>
          )}
          <Entry name="Asked">
            <Time at={requested.at} /> by <ActorName actor={requested.by} />, receipt{" "}
            <ReceiptId id={requested.receipt_id} />
          </Entry>
        </Record>
      </Section>
      {decided !== null && <Decided request={request} />}
      <Section title="What the Hall finds now">
        {evidence.is_of_this_record ? null : (
          <div className="pb-3">
            <Notice tone="hold" title="It is about another worker by now">
              <p>Another version of the record is enrolled, or the worker is not active. Ask anew.</p>
            </Notice>
          </div>
        )}
        <Evidence items={evidence.items} />
      </Section>
      {state === "open" && (
        <Section title="Examination">
          {/* Answers belong to what was read: where something else is found, they are given anew. */}
          <DecideRequest key={evidence.digest} request={request} />
        </Section>
      )}
    </div>
  );
}

function Decided({ request: { state, decided, reason, checklist } }: { request: ExaminedRequest }) {
  if (decided === null) return null;
  return (
    <Section title="What became of it">
      <Record label="What became of it">
        <Entry name={state === "granted" ? "Granted" : state === "refused" ? "Refused" : "Withdrawn"}>
          <Time at={decided.at} /> by <ActorName actor={decided.by} />, receipt{" "}
          <ReceiptId id={decided.receipt_id} />
        </Entry>
        {reason !== null && (
          <Entry name="Reason">
            <ForeignText text={reason} max={1024} />
          </Entry>
        )}
        {(checklist ?? []).map(({ check, accepted, note }) => (
          <Entry key={check} name={CHECKS[check as keyof typeof CHECKS] ?? check}>
            {accepted ? "accepted" : "not accepted"}
            {note !== "" && (
              <>
                : <ForeignText text={note} max={1024} />
              </>
            )}
          </Entry>
        ))}
      </Record>
    </Section>
  );
}

export const CHECKS: Record<EvidenceItem["check"], string> = {
  controls: "Controls",
  attestation: "Attestation",
  envelope: "Privilege envelope",
};

const COLUMNS = "mid:grid-cols-[144px_64px_112px_minmax(0,1fr)]";

function Evidence({ items }: { items: readonly EvidenceItem[] }) {
  if (items.length === 0) return <p className="text-13">Nothing: the worker is not enrolled.</p>;
  return (
    <div className="-mx-4 mid:-mx-6">
      <Table label="Evidence" columns={COLUMNS} titles={["Check", "In", "With", "Found"]}>
        {items.map(({ check, env, data_label, met, code, because }) => (
          <Row key={`${check} ${env} ${data_label}`} columns={COLUMNS}>
            <Cell>{CHECKS[check]}</Cell>
            <Cell title="in">{env}</Cell>
            <Cell title="with">{data_label}</Cell>
            <Cell title="found">
              <span className="inline-flex items-baseline gap-2">
                <Mark name={met ? "allow" : "deny"} />
                <span>
                  {met ? "a decision would pass it" : <ForeignText text={because ?? ""} max={512} />}
                  {code !== null && <span className="block font-mono text-12 text-quiet">{code}</span>}
                </span>
              </span>
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
