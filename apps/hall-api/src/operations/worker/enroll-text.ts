import { z } from "zod";
import { callerOf, operation } from "../operation.ts";
import { Enrolled, enrollRecord } from "./enroll-record.ts";

/** The same for clients that cannot send a body as it is: the console's door writes JSON of its own around it. */
export const enrollText = operation({
  name: "worker.enroll-text",
  summary: "Enroll a worker's registry record that is given as text.",
  permission: "worker:enroll",
  input: z.strictObject({
    /** The record's JSON, byte for byte: its hash covers how it is written. */
    record: z.string().max(16_384),
  }),
  output: Enrolled,
  rest: { method: "POST", path: "/wcp/workers", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    return enrollRecord(hall, callerOf(context), Buffer.from(input.record, "utf8"));
  },
});
