import { readCheckpointNote } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";

export const checkpoint = operation({
  name: "log.checkpoint",
  summary: "The newest stored checkpoint of the log, a C2SP signed note, with the cosignatures it has.",
  permission: "public",
  input: z.strictObject({
    cosigned: z.literal("1").optional().describe("1: the newest that a witness has cosigned."),
  }),
  output: z.string(),
  rest: { method: "GET", path: "/log/checkpoint", contentType: "text/plain; charset=utf-8" },
  trpc: "query",
  async run({ hall, input }) {
    const note = await readCheckpointNote(hall.db, { cosignatures: input.cosigned === undefined ? 0 : 1 });
    if (note === null) throw new HallError("NOT_FOUND");
    return note;
  },
});
