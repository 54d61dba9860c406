"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { WorkerHead } from "../../lib/worker-types.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { Digest } from "../digest.tsx";

/** What the worker says of itself: the facts that decide, and the text as it is stored and hashed. */
export function WorkerRecord({ worker }: { worker: WorkerHead }) {
  const { worker_record_hash: hash, compliance } = worker;
  const record = useQuery({
    queryKey: ["worker.get-record", hash],
    queryFn: ({ signal }) => hall.worker["get-record"].query({ hash }, { signal }),
    // A text under its own hash never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className="space-y-3">
      <Record label="Record">
        <Entry name="Capabilities" from="declared">
          <ul className="font-mono text-12">
            {worker.capabilities.map((capability) => (
              <li key={capability}>
                <ForeignText text={capability} />
              </li>
            ))}
          </ul>
        </Entry>
        <Entry name="Risk tier" from="declared">
          <ForeignText text={worker.risk_tier} max={64} />
        </Entry>
        <Entry name="Status">{worker.status}</Entry>
        <Entry name="WCP level" from="measured">
          {compliance.level === null ? "none" : `WCP-${compliance.level}`}
          {compliance.missing.length > 0 && (
            <span className="text-quiet">. For the next one it lacks {compliance.missing.join(", ")}.</span>
          )}
        </Entry>
        <Entry name="Enrolled">
          <Time at={worker.enrolled_at} />
        </Entry>
        <Entry name="Record hash" from="measured">
          <Digest digest={hash} label="hash of the record" />
        </Entry>
      </Record>
      <Answer of={record} what="The record could not be read" label="Reading the record">
        {(stored) => <CodeBlock label="record as it is stored" text={stored.record} wraps />}
      </Answer>
    </div>
  );
}
