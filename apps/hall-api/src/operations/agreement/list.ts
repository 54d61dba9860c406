import { listAgreements, listAgreementVersions } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { AgreementSummary, summaryOf } from "./view.ts";

export const list = operation({
  name: "agreement.list",
  summary: "The tenant's signatory agreements, newest first: in which state, and what each waits for.",
  permission: "agreement:read",
  input: z.strictObject({}),
  output: z.object({
    agreements: z.array(AgreementSummary),
    /** True where this Hall starts nothing without one in force. */
    required: z.boolean(),
  }),
  rest: { method: "GET", path: "/wcp/agreements" },
  trpc: "query",
  async run({ hall, ...context }) {
    const nowMs = hall.clock.now();
    const agreements = await asCaller(hall, callerOf(context), async (tx) => {
      const summaries: AgreementSummary[] = [];
      for (const { agreement, newest } of await listAgreements(tx)) {
        const isNewest = agreement.version === null || agreement.version === newest.version;
        const shown = isNewest
          ? newest
          : (await listAgreementVersions(tx, agreement.id)).find(
              ({ version }) => version === agreement.version,
            );
        summaries.push(summaryOf(agreement, newest, shown ?? newest, nowMs));
      }
      return summaries;
    });
    return { agreements, required: hall.settings.requireSignatory };
  },
});
