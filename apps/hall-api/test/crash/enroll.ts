import { recordHash } from "@guildhall/attestation";
import { readStrictJsonWithLexemes } from "@guildhall/protocol";
import type { Credentials } from "./populate.ts";
import { post } from "./post.ts";

/** Enrolls the fake worker for a tenant, under the rules that populate.ts puts in force. */
export async function enroll(url: string, { apiKey }: Credentials, workerUrl: string): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const record = {
    worker_id: "org.crash.summarizer",
    worker_species_id: "wrk.doc.summarizer",
    capabilities: ["cap.doc.summarize"],
    currently_implements: ["ctrl.obs.audit-log-append-only"],
    risk_tier: "low",
  };
  const artifact_hash = recordHash(readStrictJsonWithLexemes(Buffer.from(JSON.stringify(record))));
  const enrolled = await post(`${url}/enroll`, JSON.stringify({ ...record, artifact_hash }), headers);
  if (enrolled.status !== 201) throw new Error(`not enrolled: ${JSON.stringify(enrolled)}`);
  const set = await fetch(`${url}/wcp/workers/${record.worker_id}/transport`, {
    method: "PUT",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ kind: "http", url: workerUrl }),
  });
  if (set.status !== 200) throw new Error(`no transport: ${await set.text()}`);
}
