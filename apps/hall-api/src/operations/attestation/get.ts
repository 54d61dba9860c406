import { listAttestationStandings, listLastCleared } from "@guildhall/db";
import { HallError, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { AttestationView, attestationView } from "./view.ts";

export const get = operation({
  name: "attestation.get",
  summary:
    "How one worker's code stands: what was registered, what was measured last, whether it is flagged, and who cleared it before.",
  permission: "attestation:read",
  input: z.strictObject({ worker_id: WorkerId }),
  output: AttestationView,
  rest: { method: "GET", path: "/wcp/workers/:worker_id/attestation" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const nowMs = hall.clock.now();
    const { standings, cleared } = await asCaller(hall, callerOf(context), async (tx) => ({
      standings: await listAttestationStandings(tx, new Date(nowMs)),
      cleared: await listLastCleared(tx),
    }));
    const standing = standings.find(({ attestation }) => attestation.workerId === input.worker_id);
    if (!standing) throw new HallError("NOT_FOUND");
    return attestationView(standing, cleared, nowMs);
  },
});
