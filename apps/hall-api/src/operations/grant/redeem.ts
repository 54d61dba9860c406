import {
  findDispatch,
  findWorker,
  isFlagged,
  lookupDispatchTenant,
  readTenant,
  redeemGrant,
  withTenant,
} from "@guildhall/db";
import { HallError, type WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";

/** A worker redeems its grant before it works: one row, unique, so that one grant starts work once. */
export const redeem = operation({
  name: "grant.redeem",
  summary: "Redeem a grant before working under it; a second redemption is refused.",
  permission: "grant",
  input: z.strictObject({ grant: z.string().max(8192) }),
  output: z.object({ redeemed: z.literal(true), dispatch_id: z.uuid(), redeemed_at: z.string() }),
  rest: { method: "POST", path: "/wcp/grants/redeem" },
  async run({ hall, input }) {
    const claims = await hall.grants.verify(input.grant);
    const tenantId = await lookupDispatchTenant(hall.db, claims.sub);
    if (!tenantId) throw new HallError("GRANT_INVALID");
    const redeemedAt = new Date(hall.clock.now());
    await withTenant(hall.db, tenantId, async (tx) => {
      const dispatch = await findDispatch(tx, claims.sub);
      // The grant is of the attempt that runs now; one of an earlier attempt, or of ended work, starts nothing.
      const current = dispatch?.state === "running" && claims.jti === `${dispatch.id}.${dispatch.attempts}`;
      if (!current) throw new HallError("GRANT_INVALID");
      // Found to differ since it was decided, perhaps by a measurement that this very work waited for, or suspended.
      const flagged = await isFlagged(tx, dispatch.workerId);
      const worker = await findWorker(tx, dispatch.workerId as WorkerId);
      const tenant = await readTenant(tx);
      if (flagged || worker?.status !== "active" || tenant?.standing === "suspended")
        throw new HallError("GRANT_WITHDRAWN");
      const first = await redeemGrant(tx, { tenantId, jti: claims.jti, dispatchId: dispatch.id });
      if (!first) throw new HallError("GRANT_REDEEMED");
    });
    return { redeemed: true as const, dispatch_id: claims.sub, redeemed_at: redeemedAt.toISOString() };
  },
});
