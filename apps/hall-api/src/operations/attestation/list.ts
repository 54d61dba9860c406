import { listAttestationStandings, listLastCleared } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { AttestationView, attestationView } from "./view.ts";

export const list = operation({
  name: "attestation.list",
  summary: "How the code of each worker with a registered package stands, by worker id.",
  permission: "attestation:read",
  input: z.strictObject({}),
  output: z.object({ attestations: z.array(AttestationView) }),
  rest: { method: "GET", path: "/wcp/attestations" },
  trpc: "query",
  async run({ hall, ...context }) {
    const nowMs = hall.clock.now();
    const { standings, cleared } = await asCaller(hall, callerOf(context), async (tx) => ({
      standings: await listAttestationStandings(tx, new Date(nowMs)),
      cleared: await listLastCleared(tx),
    }));
    return { attestations: standings.map((standing) => attestationView(standing, cleared, nowMs)) };
  },
});
