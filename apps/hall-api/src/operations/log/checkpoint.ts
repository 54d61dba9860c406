import { latestCheckpoint } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";

export const checkpoint = operation({
  name: "log.checkpoint",
  summary: "The newest stored checkpoint of the log, a C2SP signed note.",
  permission: "public",
  input: z.strictObject({}),
  output: z.string(),
  rest: { method: "GET", path: "/log/checkpoint", contentType: "text/plain; charset=utf-8" },
  trpc: "query",
  async run({ hall }) {
    const newest = await latestCheckpoint(hall.db.ledger);
    if (!newest) throw new HallError("NOT_FOUND");
    return newest.note;
  },
});
