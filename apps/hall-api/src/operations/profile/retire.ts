import { listEnvironmentProfiles, listProfiles, lockProfiles, retireProfile } from "@guildhall/db";
import { HallError, ProfileId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { SHIPPED } from "../../snapshot/profiles.ts";
import { callerOf, operation } from "../operation.ts";

/** A rule that asks for it is refused from then on, so it raises the fence. */
export const retire = operation({
  name: "profile.retire",
  summary: "Retire a profile of the tenant's own; refused while it stands for an environment.",
  permission: "profile:define",
  stepUp: true,
  input: z.strictObject({ profile_id: ProfileId }),
  output: z.object({ receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/profiles/:profile_id/retire" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { profile_id: profileId } = input;
    if (SHIPPED.has(profileId)) throw new HallError("PROFILE_SHIPPED");
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      await lockProfiles(tx, caller.tenantId);
      const profile = (await listProfiles(tx)).find((one) => one.profileId === profileId);
      if (!profile) throw new HallError("NOT_FOUND");
      const environments = (await listEnvironmentProfiles(tx))
        .filter((one) => one.profileId === profileId)
        .map(({ env }) => env);
      if (environments.length > 0)
        throw new HallError("CONFLICT", {
          detail: { reason: `it stands for ${environments.join(" and ")}`, environments },
        });
      if (!(await retireProfile(tx, profileId, new Date(nowMs))))
        throw new HallError("CONFLICT", { detail: { reason: "already retired" } });
      return hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "profile",
          action: "retired",
          subject: profileId,
          details: { digest: profile.digest },
        },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return { receipt_id: act.receiptId };
  },
});
