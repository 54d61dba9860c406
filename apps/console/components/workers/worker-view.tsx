"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import { attestationWords } from "../../lib/attestation-words.ts";
import { paths } from "../../lib/paths.ts";
import { CopyButton } from "../../ui/copyable.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Message } from "../../ui/message.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ChangeStatus } from "./change-status.tsx";
import { ClearFlag } from "./clear-flag.tsx";
import { useWorkers, type WorkerStanding } from "./use-workers.ts";
import { WorkerAttestation } from "./worker-attestation.tsx";
import { WorkerCertificates } from "./worker-certificates.tsx";
import { WorkerRecord } from "./worker-record.tsx";
import { WorkerTransport } from "./worker-transport.tsx";
import { WorkerVersions } from "./worker-versions.tsx";

/** One worker: what it says it is, where it is reached, and what is known of its code. */
export function WorkerView({ id, hallUrl }: { id: string; hallUrl: string }) {
  const workers = useWorkers();
  return (
    <Answer of={workers} what="The worker could not be read" label="Reading the worker">
      {(all) => {
        const standing = all.find(({ worker }) => worker.worker_id === id);
        return standing ? <WorkerPage standing={standing} hallUrl={hallUrl} /> : <NoWorker />;
      }}
    </Answer>
  );
}

function WorkerPage({ standing, hallUrl }: { standing: WorkerStanding; hallUrl: string }) {
  const { worker, attestation } = standing;
  const { worker_id: id, worker_species_id: species } = worker;
  return (
    <div className="max-w-[880px] pb-16">
      <PageHeading
        title={<ForeignText text={id} />}
        actions={
          <>
            {attestation?.state === "flagged" && <ClearFlag workerId={id} />}
            <ChangeStatus worker={worker} />
          </>
        }
      >
        <span className="font-mono text-12 text-ink">
          <ForeignText text={species} />
          <CopyButton text={id} label="worker id" />
        </span>
        {worker.status === "suspended" && <span className="ml-2">Suspended: it is given no work.</span>}
        {worker.status === "retired" && <span className="ml-2">Retired: it is given no work any more.</span>}
      </PageHeading>
      {attestation?.flagged_since && <Flagged since={attestation.flagged_since} />}
      <Section title="Code">
        <WorkerAttestation workerId={id} attestation={attestation} hallUrl={hallUrl} />
      </Section>
      <Section title="Certificates">
        <WorkerCertificates worker={worker} hallUrl={hallUrl} />
      </Section>
      <Section title="Transport">
        <WorkerTransport worker={worker} hallUrl={hallUrl} />
      </Section>
      <Section title="Record">
        <WorkerRecord worker={worker} />
      </Section>
      <Section title="Versions">
        <WorkerVersions workerId={id} recordHash={worker.worker_record_hash} />
      </Section>
    </div>
  );
}

function Flagged({ since }: { since: string }) {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <div className="px-4 pt-2 mid:px-6">
      <Notice tone="deny" title="Flagged">
        <p>
          {attestationWords({ state: "flagged" }).sentence} Since <Time at={since} />; its{" "}
          <Link className="text-accent underline" href={paths.alerts(tenant)}>
            alert
          </Link>{" "}
          is a receipt.
        </p>
      </Notice>
    </div>
  );
}

function NoWorker() {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Message level={1} title="No such worker here">
      <p>The id is mistyped, or the worker belongs to another tenant: the Hall does not say which.</p>
      <Link className="text-accent underline" href={paths.workers(tenant)}>
        Back to the workers
      </Link>
    </Message>
  );
}
