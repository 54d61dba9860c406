"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import { attestationWords } from "../../lib/attestation-words.ts";
import { paths } from "../../lib/paths.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { EnrollWorker } from "./enroll-worker.tsx";
import { useWorkers, type WorkerStanding } from "./use-workers.ts";

const COLUMNS = "mid:grid-cols-[minmax(200px,300px)_minmax(0,1fr)_72px_96px_144px_104px]";

/** Who may be given work, and how each one's code stands. */
export function WorkersView({ hallUrl }: { hallUrl: string }) {
  const workers = useWorkers();
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Workers" actions={<EnrollWorker />}>
        Everything that is enrolled here. The Hall decides for each request which of them may run it, and by
        what it knows of its code.
      </PageHeading>
      <Answer of={workers} what="The workers could not be read" label="Reading the workers">
        {(all) =>
          all.length === 0 ? (
            <NoWorkers hallUrl={hallUrl} />
          ) : (
            <Table
              label="Workers, newest first"
              columns={COLUMNS}
              titles={["Worker", "Capabilities", "Risk", "Status", "Code", "Enrolled"]}
            >
              {all.map((standing) => (
                <WorkerRow key={standing.worker.worker_id} standing={standing} />
              ))}
            </Table>
          )
        }
      </Answer>
    </div>
  );
}

function WorkerRow({ standing: { worker, attestation } }: { standing: WorkerStanding }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { mark, word } = attestationWords(attestation);
  return (
    <Row columns={COLUMNS}>
      <Cell className="font-mono text-12">
        <Link data-row href={paths.worker(tenant, worker.worker_id)} className="text-accent hover:underline">
          <ForeignText text={worker.worker_id} />
        </Link>
        <span className="block text-quiet">
          <ForeignText text={worker.worker_species_id} />
        </span>
      </Cell>
      <Cell className="font-mono text-12">
        <ForeignText text={worker.capabilities.join(", ")} max={160} />
      </Cell>
      <Cell title="risk">
        <ForeignText text={worker.risk_tier} max={32} />
      </Cell>
      <Cell title="status" className={worker.status === "active" ? "" : "text-quiet"}>
        {worker.status}
      </Cell>
      <Cell title="code">
        <span className="inline-flex items-center gap-2">
          <Mark name={mark} /> {word}
        </span>
      </Cell>
      <Cell title="enrolled" className="text-quiet">
        <Time at={worker.enrolled_at} />
      </Cell>
    </Row>
  );
}

function NoWorkers({ hallUrl }: { hallUrl: string }) {
  return (
    <Message title="No workers yet">
      <p>
        A worker is enrolled by its registry record, with a key of this tenant in the first line. The record
        is yours; its <span className="font-mono text-12">artifact_hash</span> is its own hash.
      </p>
      <CodeBlock
        label="command that enrolls a worker"
        text={`HALL_API_KEY=hall_key_…

curl -s ${hallUrl}/enroll \\
  -H "Authorization: Bearer $HALL_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d @record.json`}
      />
    </Message>
  );
}
