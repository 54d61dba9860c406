import { dispatchStates, listDecisions } from "@guildhall/db";
import { Env, Outcome } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { DecisionSummary, decisionBody, decisionSummary } from "./summary.ts";

export const list = operation({
  name: "decision.list",
  summary: "The tenant's decisions, newest first, a page at a time.",
  permission: "receipt:read",
  input: z.strictObject({
    /** The chain position to go on from: `next` of the page before. */
    before: z.coerce.number().int().min(0).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    env: Env.optional(),
    outcome: Outcome.optional(),
  }),
  output: z.object({ decisions: z.array(DecisionSummary), next: z.int().nullable() }),
  rest: { method: "GET", path: "/wcp/decisions" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const { page, states } = await asCaller(hall, callerOf(context), async (tx) => {
      const page = await listDecisions(tx, {
        before: input.before ?? null,
        limit: input.limit,
        env: input.env ?? null,
        outcome: input.outcome ?? null,
      });
      return {
        page,
        states: await dispatchStates(
          tx,
          page.receipts.map((one) => one.receiptId),
        ),
      };
    });
    const decisions = page.receipts.map((stored) =>
      decisionSummary(decisionBody(stored), states.get(stored.receiptId) ?? null),
    );
    return { decisions, next: page.next };
  },
});
