import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { readAgreement } from "./read-agreement.ts";
import { AgreementView } from "./view.ts";

export const get = operation({
  name: "agreement.get",
  summary:
    "One signatory agreement with every version of it: documents, signatures, and the receipts of each.",
  permission: "agreement:read",
  input: z.strictObject({ id: z.uuid() }),
  output: AgreementView,
  rest: { method: "GET", path: "/wcp/agreements/:id" },
  trpc: "query",
  run: ({ hall, input, ...context }) =>
    asCaller(hall, callerOf(context), (tx) => readAgreement(tx, input.id, hall.clock.now())),
});
