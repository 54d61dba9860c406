import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { DraftView, draftView, requireDraft } from "./view.ts";

export const get = operation({
  name: "draft.get",
  summary: "One draft with its text.",
  permission: "rule:read",
  input: z.strictObject({ id: z.uuid() }),
  output: DraftView,
  rest: { method: "GET", path: "/wcp/rules/drafts/:id" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    return draftView(await asCaller(hall, callerOf(context), (tx) => requireDraft(tx, input.id)));
  },
});
