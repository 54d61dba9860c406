import type { WorkerHead } from "../../lib/worker-types.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Digest } from "../digest.tsx";
import { ChangeTransport } from "./change-transport.tsx";

/** Where a worker is reached, by the digest that decisions name. The address itself is the Hall's to know. */
export function WorkerTransport({ worker, hallUrl }: { worker: WorkerHead; hallUrl: string }) {
  const { transport, worker_id: id } = worker;
  const change = worker.status !== "retired" && <ChangeTransport worker={worker} />;
  if (transport !== null)
    return (
      <div className="space-y-3">
        <Record label="Transport">
          <Entry name="Version">
            <span className="tabular-nums">No. {transport.version}</span>
          </Entry>
          <Entry name="Digest">
            <Digest digest={transport.digest} label="digest of the transport" />
          </Entry>
        </Record>
        {change}
      </div>
    );
  return (
    <div className="space-y-3">
      <p className="text-13">Nobody has said where it is reached, so it is given no work.</p>
      {change}
      <CodeBlock
        label="command that sets the transport"
        text={`HALL_API_KEY=hall_key_…

curl -s -X PUT ${hallUrl}/wcp/workers/${encodeURIComponent(id)}/transport \\
  -H "Authorization: Bearer $HALL_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{ "kind": "http", "url": "https://worker.example.org/", "timeout_ms": 5000 }'`}
      />
    </div>
  );
}
