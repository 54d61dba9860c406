"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { Digest } from "../digest.tsx";

const COLUMNS = "mid:grid-cols-[72px_minmax(0,1fr)_160px_144px]";

/** Every record that the worker ever had; receipts name them by their hashes. */
export function WorkerVersions({ workerId, recordHash }: { workerId: string; recordHash: string }) {
  const worker = useQuery({
    // Another record is another version.
    queryKey: ["worker.get", workerId, recordHash],
    queryFn: ({ signal }) => hall.worker.get.query({ worker_id: workerId }, { signal }),
  });
  return (
    <Answer of={worker} what="The versions could not be read" label="Reading the versions">
      {({ versions }) => (
        <Table
          label="Versions of the record, newest first"
          columns={COLUMNS}
          titles={["Version", "Record hash", "By", "Enrolled"]}
        >
          {versions.map((version) => (
            <Row key={version.version} columns={COLUMNS}>
              <Cell className="font-mono text-12">{version.version}</Cell>
              <Cell>
                <Digest digest={version.worker_record_hash} label={`hash of version ${version.version}`} />
              </Cell>
              <Cell title="by">
                {version.enrolled_by === null ? "not kept then" : <ActorName actor={version.enrolled_by} />}
              </Cell>
              <Cell title="enrolled" className="text-quiet">
                <Time at={version.enrolled_at} />
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Answer>
  );
}
