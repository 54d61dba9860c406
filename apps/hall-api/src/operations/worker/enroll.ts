import { WorkerRecord } from "@guildhall/protocol";
import { z } from "zod";
import { callerOf, operation } from "../operation.ts";
import { Enrolled, enrollRecord } from "./enroll-record.ts";

/** Enrolls a registry record, byte-compatible with existing clients (contract 8a). */
export const enroll = operation({
  name: "worker.enroll",
  summary: "Enroll a worker's registry record, or replace the one enrolled under the same worker_id.",
  permission: "worker:enroll",
  // Kept open: unknown fields of a record are hashed and stored. The order of the checks is the contract's.
  input: z.record(z.string(), z.unknown()),
  output: Enrolled,
  rest: {
    method: "POST",
    path: "/enroll",
    status: 201,
    also: [200],
    shows: WorkerRecord,
    wire: { openOnLoopback: true },
  },
  async run({ hall, request, ...context }) {
    // The record's hash covers its numbers as they were written, so it is read from the bytes that came.
    const answer = await enrollRecord(hall, callerOf(context), request.rawBody ?? new Uint8Array());
    if (answer.updated) request.setStatus(200);
    return answer;
  },
});
