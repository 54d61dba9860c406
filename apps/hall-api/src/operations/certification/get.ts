import { findCertificationRequest } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { readEvidence } from "./evidence.ts";
import { EvidenceItem, RequestView, requestView } from "./view.ts";

export const get = operation({
  name: "certification.get",
  summary:
    "One request with what the Hall finds of the worker now: controls, attestation, envelope against label.",
  permission: "certification:read",
  input: z.strictObject({ id: z.uuid() }),
  output: RequestView.extend({
    evidence: z.object({
      /** Named by whoever grants. */
      digest: z.string(),
      /** False where another version is enrolled by now, or the worker is not active. */
      is_of_this_record: z.boolean(),
      items: z.array(EvidenceItem),
    }),
  }),
  rest: { method: "GET", path: "/wcp/certification-requests/:id" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const found = await asCaller(hall, caller, (tx) => findCertificationRequest(tx, input.id));
    if (!found) throw new HallError("NOT_FOUND");
    const { digest, items, isOfThisRecord } = await readEvidence(hall, caller.tenantId, found);
    return { ...requestView(found), evidence: { digest, is_of_this_record: isOfThisRecord, items } };
  },
});
