"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams, useSearchParams } from "next/navigation";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import type { Alert, AlertPage } from "../../lib/worker-types.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";
import { useListKeys } from "../use-list-keys.ts";

const PAGE = 50;
const POLL_MS = 5000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const COLUMNS = "mid:grid-cols-[96px_minmax(180px,260px)_minmax(0,1fr)_104px_176px]";
const LEVELS: Record<Alert["level"], MarkName> = { error: "deny", warning: "hold", info: "skipped" };

/** What the Hall found wrong by itself, newest first. Each alert is a receipt, so nobody takes one back. */
export function AlertsView({ hallUrl }: { hallUrl: string }) {
  const asked = useSearchParams().get("before");
  const before = asked !== null && UUID.test(asked) ? asked : null;
  const alerts = useQuery({
    queryKey: ["alert.list", before],
    queryFn: ({ signal }): Promise<AlertPage> =>
      hall.alert.list.query({ limit: PAGE, ...(before !== null && { before }) }, { signal }),
    refetchInterval: POLL_MS,
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Alerts">
        What the Hall found wrong by itself. An alert is a receipt in the tenant's chain: it is answered,
        never deleted.
      </PageHeading>
      <Answer of={alerts} what="The alerts could not be read" label="Reading the alerts">
        {({ alerts, next }) =>
          alerts.length === 0 ? (
            before === null ? (
              <NoAlerts hallUrl={hallUrl} />
            ) : (
              <Pages before={before} next={next} />
            )
          ) : (
            <>
              <Table
                label="Alerts, newest first"
                columns={COLUMNS}
                titles={["Level", "Worker", "What was found", "When", "Receipt"]}
              >
                {alerts.map((alert) => (
                  <AlertRow key={alert.alert_id} alert={alert} />
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

function AlertRow({ alert }: { alert: Alert }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { level, code, message, worker_id, capability_id } = alert;
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <span className="inline-flex items-center gap-2">
          <Mark name={LEVELS[level]} /> {level}
        </span>
      </Cell>
      <Cell className="font-mono text-12">
        {worker_id === null ? (
          <span className="font-sans text-13 text-quiet">no worker</span>
        ) : (
          <Link data-row href={paths.worker(tenant, worker_id)} className="text-accent hover:underline">
            <ForeignText text={worker_id} />
          </Link>
        )}
      </Cell>
      <Cell>
        <ForeignText text={message} max={512} />
        <span className="block font-mono text-12 text-quiet">
          {code}
          {capability_id !== null && (
            <>
              {" "}
              <ForeignText text={capability_id} />
            </>
          )}
        </span>
      </Cell>
      <Cell className="text-quiet">
        <Time at={alert.created_at} />
      </Cell>
      <Cell title="receipt">
        <ReceiptId id={alert.alert_id} />
      </Cell>
    </Row>
  );
}

function NoAlerts({ hallUrl }: { hallUrl: string }) {
  const { tenant } = useParams<{ tenant: string }>();
  const isDemo = tenant === "demo";
  return (
    <Message mark="allow" title="No alerts">
      <p>
        One is raised when a worker's code is measured and differs from what was registered. A machine reads
        them by a key of this tenant{isDemo && ", in the folder where the Hall was started"}:
      </p>
      <CodeBlock
        label="command that reads the alerts"
        text={`HALL_API_KEY=${isDemo ? "$(cat .guildhall/demo-key)" : "hall_key_…"}

curl -s ${hallUrl}/alerts -H "Authorization: Bearer $HALL_API_KEY"`}
      />
    </Message>
  );
}

function Pages({ before, next }: { before: string | null; next: string | null }) {
  const { tenant } = useParams<{ tenant: string }>();
  if (before === null && next === null) return null;
  return (
    <nav aria-label="Pages" className="flex gap-x-4 px-4 py-3 text-13 mid:px-6">
      {before !== null && (
        <Link className="text-accent underline" href={paths.alerts(tenant)}>
          Newest
        </Link>
      )}
      {next !== null && (
        <Link className="text-accent underline" href={paths.alerts(tenant, { before: next })}>
          Older
        </Link>
      )}
    </nav>
  );
}
