import { listDrafts } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { DraftHeadView, draftHeadView } from "./view.ts";

const DRAFTS_MAX = 500;

export const list = operation({
  name: "draft.list",
  summary: "The newest 500 drafts without their text, the open ones first.",
  permission: "rule:read",
  input: z.strictObject({}),
  output: z.object({ drafts: z.array(DraftHeadView) }),
  rest: { method: "GET", path: "/wcp/rules/drafts" },
  trpc: "query",
  async run({ hall, ...context }) {
    const drafts = await asCaller(hall, callerOf(context), (tx) => listDrafts(tx, DRAFTS_MAX));
    return { drafts: drafts.map(draftHeadView) };
  },
});
