import { listNameProofs } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { ProofView, proofView } from "./view.ts";

export const list = operation({
  name: "domain.list",
  summary: "The domains and namespaces that the tenant has proved or is about to prove, with their records.",
  permission: "domain:read",
  input: z.strictObject({}),
  output: z.object({ domains: z.array(ProofView) }),
  rest: { method: "GET", path: "/wcp/domains" },
  trpc: "query",
  async run({ hall, ...context }) {
    const proofs = await asCaller(hall, callerOf(context), listNameProofs);
    return { domains: proofs.map(proofView) };
  },
});
