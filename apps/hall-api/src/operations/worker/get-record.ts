import { readWorkerRecord } from "@guildhall/db";
import { ArtifactHash, HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const getRecord = operation({
  name: "worker.get-record",
  summary: "A registry record by the hash that receipts name, also where the worker has another one by now.",
  permission: "worker:read",
  input: z.strictObject({ hash: ArtifactHash }),
  output: z.object({
    record_hash: z.string(),
    /** As it is stored, so that its hash can be computed over it. */
    record: z.string(),
  }),
  rest: { method: "GET", path: "/wcp/records/:hash" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const record = await asCaller(hall, callerOf(context), (tx) => readWorkerRecord(tx, input.hash));
    if (record === null) throw new HallError("NOT_FOUND");
    return { record_hash: input.hash, record };
  },
});
