import { listCertificationRequests, REQUEST_STATES } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { RequestView, requestView } from "./view.ts";

const SHOWN = 200;

export const list = operation({
  name: "certification.list",
  summary:
    "What is asked to be certified and what became of it, newest first: the last 200, of one state or all.",
  permission: "certification:read",
  input: z.strictObject({ state: z.enum(REQUEST_STATES).optional() }),
  output: z.object({ requests: z.array(RequestView) }),
  rest: { method: "GET", path: "/wcp/certification-requests" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const found = await asCaller(hall, callerOf(context), (tx) =>
      listCertificationRequests(tx, { state: input.state, limit: SHOWN }),
    );
    return { requests: found.map(requestView) };
  },
});
