import { randomBytes } from "node:crypto";
import { countOpenChallenges, createChallenge, findAttestation } from "@guildhall/db";
import { HallError, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

const NONCE_MS = 60_000;
const OPEN_MAX = 16;

/** No act: a nonce gives nobody a right, and its answer is recorded with it. */
export const challenge = operation({
  name: "measurement.challenge",
  summary: "Ask for a nonce, to answer it with a signed measurement of a worker's code within a minute.",
  permission: "attestation:measure",
  input: z.strictObject({ worker_id: WorkerId }),
  output: z.object({
    nonce: z.string(),
    /** The origin that the measurement has to name. */
    hall: z.string(),
    expires_at: z.string(),
  }),
  rest: { method: "POST", path: "/wcp/workers/:worker_id/measurements/challenge", status: 201 },
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const nonce = randomBytes(32).toString("hex");
    const askedAt = new Date(hall.clock.now());
    const expiresAt = new Date(askedAt.getTime() + NONCE_MS);
    await asCaller(hall, caller, async (tx) => {
      const { worker_id: workerId } = input;
      const attestation = await findAttestation(tx, workerId);
      if (!attestation) throw new HallError("NOT_FOUND");
      if ((await countOpenChallenges(tx, workerId, askedAt)) >= OPEN_MAX)
        throw new HallError("CONFLICT", { detail: { reason: "too many nonces are open" } });
      const attestationId = attestation.id;
      await createChallenge(tx, caller.tenantId, { nonce, workerId, attestationId, askedAt, expiresAt });
    });
    return { nonce, hall: hall.settings.origin, expires_at: expiresAt.toISOString() };
  },
});
