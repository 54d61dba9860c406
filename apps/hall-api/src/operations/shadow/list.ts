import { listShadowDifferences, listShadowRuns } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { ShadowDifferenceView, ShadowRunView, shadowDifferenceView, shadowRunView } from "./view.ts";

const RUNS_MAX = 20;

export const list = operation({
  name: "shadow.list",
  summary: "The newest 20 shadow runs, and what the newest would have decided otherwise, a page at a time.",
  permission: "rule:read",
  input: z.strictObject({
    /** `next` of the page before. */
    before: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({
    runs: z.array(ShadowRunView),
    differences: z.array(ShadowDifferenceView),
    next: z.string().nullable(),
  }),
  rest: { method: "GET", path: "/wcp/rules/shadow" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    return asCaller(hall, callerOf(context), async (tx) => {
      const runs = await listShadowRuns(tx, RUNS_MAX);
      const [newest] = runs;
      const page = newest
        ? await listShadowDifferences(tx, newest.id, { before: input.before ?? null, limit: input.limit })
        : { differences: [], next: null };
      return {
        runs: runs.map(shadowRunView),
        differences: page.differences.map(shadowDifferenceView),
        next: page.next,
      };
    });
  },
});
