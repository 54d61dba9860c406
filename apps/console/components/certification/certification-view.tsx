"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import type { CertificationRequest, Reminders } from "../../lib/certification-types.ts";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";
import { useListKeys } from "../use-list-keys.ts";

export const REQUEST_MARKS: Record<CertificationRequest["state"], MarkName> = {
  open: "hold",
  granted: "allow",
  refused: "deny",
  withdrawn: "skipped",
};

const COLUMNS = "mid:grid-cols-[minmax(180px,260px)_minmax(0,1fr)_120px_112px_112px]";

/** What is asked to be certified, what became of it, and which certificates end soon. */
export function CertificationView() {
  const requests = useQuery({
    queryKey: ["certification.list"],
    queryFn: ({ signal }) => hall.certification.list.query({}, { signal }),
  });
  const reminders = useQuery({
    queryKey: ["certification.reminders"],
    queryFn: ({ signal }) => hall.certification.reminders.query({}, { signal }),
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Certification">
        An operator asks, a compliance officer examines and grants or refuses. Who asked does not grant.
      </PageHeading>
      <Answer of={reminders} what="What ends soon could not be read" label="Reading what ends soon">
        {({ due }) => due.length > 0 && <EndingSoon due={due} />}
      </Answer>
      <Answer of={requests} what="The requests could not be read" label="Reading the requests">
        {({ requests }) => (requests.length === 0 ? <NoRequests /> : <RequestTable requests={requests} />)}
      </Answer>
    </div>
  );
}

function RequestTable({ requests }: { requests: readonly CertificationRequest[] }) {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <section aria-label="Requests" className="pt-2">
      <h2 className="mb-2 px-4 text-16 mid:px-6">Requests</h2>
      <Table
        label="Requests, newest first"
        columns={COLUMNS}
        titles={["Worker", "For", "State", "Asked", "By"]}
      >
        {requests.map((request) => (
          <Row key={request.request_id} columns={COLUMNS}>
            <Cell className="font-mono text-12">
              <Link
                data-row
                href={paths.certificationRequest(tenant, request.request_id)}
                className="text-accent hover:underline"
              >
                <ForeignText text={request.worker_id} />
              </Link>
            </Cell>
            <Cell title="for">
              <ForeignText text={request.capabilities.join(", ")} max={160} /> in{" "}
              {request.environments.join(", ")} with {request.data_labels.join(", ")}
            </Cell>
            <Cell title="state">
              <span className="inline-flex items-center gap-2">
                <Mark name={REQUEST_MARKS[request.state]} /> {request.state}
              </span>
            </Cell>
            <Cell title="asked" className="text-quiet">
              <Time at={request.requested.at} />
            </Cell>
            <Cell title="by">
              <ActorName actor={request.requested.by} />
            </Cell>
          </Row>
        ))}
      </Table>
    </section>
  );
}

const DUE_COLUMNS = "mid:grid-cols-[minmax(180px,260px)_minmax(0,1fr)_minmax(0,1fr)]";

function EndingSoon({ due }: { due: Reminders["due"] }) {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <section aria-label="Ending soon" className="pt-2 pb-6">
      <h2 className="mb-2 px-4 text-16 mid:px-6">Ending soon</h2>
      <Table label="Certificates that end soon" columns={DUE_COLUMNS} titles={["Worker", "Ends", "Notice"]}>
        {due.map(({ certificate_id, worker_id, valid_until, notices }) => (
          <Row key={certificate_id} columns={DUE_COLUMNS}>
            <Cell className="font-mono text-12">
              <Link data-row href={paths.worker(tenant, worker_id)} className="text-accent hover:underline">
                <ForeignText text={worker_id} />
              </Link>
            </Cell>
            <Cell title="ends" className="font-mono text-12">
              {valid_until}
            </Cell>
            <Cell title="notice">
              {notices[0] === undefined ? (
                <span className="text-quiet">not written yet</span>
              ) : (
                <ReceiptId id={notices[0].receipt_id} />
              )}
            </Cell>
          </Row>
        ))}
      </Table>
    </section>
  );
}

function NoRequests() {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Message title="Nothing was asked for yet">
      <p>
        An operator asks on the page of a{" "}
        <Link href={paths.workers(tenant)} className="text-accent underline">
          worker
        </Link>
        . Where a profile or a rule asks for a certification, as prof.prod.strict does for INTERNAL and
        RESTRICTED data, a worker without one is denied with DENY_CERTIFICATION_REQUIRED.
      </p>
    </Message>
  );
}
