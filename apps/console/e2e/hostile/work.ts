import { isPrintable, Sha256Hex } from "@guildhall/protocol";
import { enrollAt, RECORD, request } from "../../../hall-api/test/testing/enrolled-worker.ts";
import {
  addNamespace,
  addRunner,
  measure,
  OTHER_CODE,
  register,
  statement,
} from "../../../hall-api/test/testing/registered-code.ts";
import type { Stage } from "../stage.ts";
import type { Stranger } from "./stranger.ts";
import type { Shown, Writer } from "./writer.ts";

const WORKER = `/wcp/workers/${RECORD.worker_id}`;

/** What a worker says of itself and answers, what an agent asks for, and what people say of both. */
export async function writeWork(
  { hall, tenant }: Stage,
  { texts, some, write, each }: Writer,
  stranger: Stranger,
  { operator, officer }: { operator: string; officer: string },
): Promise<Shown[]> {
  const [owner = "", contact = ""] = some(2);
  const { privilege_envelope: envelope } = RECORD;
  const says = { owner, contact, x_description: texts, [`x ${contact}`]: owner };
  await enrollAt(hall, tenant.key, stranger.url, {
    record: {
      ...{ ...RECORD, ...says },
      privilege_envelope: { ...envelope, tools: texts, filesystem_writes: texts },
    },
  });
  await each("worker's address", 12, (text, n) => [
    "PUT",
    `${WORKER}/transport`,
    { kind: "http", url: n % 2 ? text : `javascript://${text}` },
  ]);
  await each("worker's id", 6, (worker_id) => ["POST", "/enroll", { ...RECORD, worker_id }, tenant.key]);
  const namespace = await addNamespace(hall, tenant.id);
  const runner = await addRunner(hall, { operator });
  await register(hall, tenant.key, await statement(namespace.signer));
  await measure(hall, tenant.key, runner.signer, { hash: Sha256Hex.parse(OTHER_CODE) });
  const clearing = some(15);
  await write("reason to clear a flag", clearing, [
    "POST",
    `${WORKER}/flag/clear`,
    { reason: clearing.join(" ") },
  ]);
  await measure(hall, tenant.key, runner.signer);

  const ask = (changes: object) =>
    ["POST", "/wcp/dispatch", { ...request(tenant.identity), ...changes }, tenant.key] as const;
  type Decided = { decision_id: string };
  const worked = await write<Decided>("worker's answer", texts, ask({ request: { texts } }));
  const unknown = await each<Decided>("capability", 12, (capability_id) => ask({ capability_id }));
  const foreign = await each<Decided>("tenant id", 6, (tenant_id) => ask({ tenant_id }));
  const related = await each<Decided>("correlation id", 12, (correlation_id) => ask({ correlation_id }));

  const known = await hall.ask<{ workers: { worker_record_hash: string }[] }>("GET", "/wcp/workers", {
    key: tenant.key,
  });
  const [asking, refusing] = [some(12), some(12)];
  const asked = await write<{ request_id: string }>("note of a certification", asking, [
    "POST",
    `${WORKER}/certification-requests`,
    {
      ...{ record_hash: known.body.workers[0]?.worker_record_hash, note: asking.join(" ") },
      ...{ capabilities: RECORD.capabilities, environments: ["dev"], data_labels: ["INTERNAL"] },
    },
    operator,
  ]);
  await write("reason to refuse a certification", refusing, [
    "POST",
    `/wcp/certification-requests/${asked?.request_id}/refuse`,
    { reason: refusing.join(" ") },
    officer,
  ]);
  await each("reason to suspend a worker", 1, (reason) => ["POST", `${WORKER}/suspend`, { reason }]);

  const at = (path: string) => `/${tenant.slug}/${path}`;
  const decision = (of: Decided | null | undefined) => at(`decisions/${of?.decision_id}`);
  return [
    { path: at("workers"), texts: [] },
    { path: at(`workers/${RECORD.worker_id}`), texts: [...texts, ...clearing], opens: ["Retire"] },
    { path: at("alerts"), texts: [] },
    { path: at("decisions"), texts: [] },
    { path: decision(worked), texts },
    // What is no capability, or not printable, is in no receipt.
    { path: decision(unknown.answers[0]), texts: [] },
    ...[foreign, related].map((asked) => {
      const first = asked.texts.findIndex(isPrintable);
      return { path: decision(asked.answers[first]), texts: asked.texts.slice(first, first + 1) };
    }),
    { path: at("certification"), texts: [] },
    { path: at(`certification/${asked?.request_id}`), texts: [...asking, ...refusing] },
  ];
}
