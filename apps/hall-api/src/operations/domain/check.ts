import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { Finding } from "../../names/challenge.ts";
import { checkProof } from "../../names/check-proof.ts";
import { callerOf, operation } from "../operation.ts";
import { ProofView, proofView } from "./view.ts";

/** That the record is not there is an answer, with what stands there instead. */
export const check = operation({
  name: "domain.check",
  summary:
    "Look for the record now: the name is proved, found again or lost, and the answer says what was seen.",
  permission: "domain:prove",
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({ domain: ProofView, finding: Finding, receipt_id: z.uuid().nullable() }),
  rest: { method: "POST", path: "/wcp/domains/:id/check" },
  trpc: "mutation",
  async run({ hall, input: { id }, ...context }) {
    const caller = callerOf(context);
    const { tenantId, actor } = caller;
    const { proof, finding, receiptId } = await checkProof(hall, {
      ...{ tenantId, id, actor },
      inTenant: (work) => asCaller(hall, caller, work),
    });
    return { domain: proofView(proof), finding, receipt_id: receiptId };
  },
});
