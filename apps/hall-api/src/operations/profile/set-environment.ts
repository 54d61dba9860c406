import {
  clearEnvironmentProfile,
  listEnvironmentProfiles,
  listProfiles,
  lockProfiles,
  setEnvironmentProfile,
  type TenantTx,
} from "@guildhall/db";
import { Env, HallError, ProfileId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { SHIPPED } from "../../snapshot/profiles.ts";
import { callerOf, operation } from "../operation.ts";

/** Another profile may ask for more, so it raises the fence, whichever way it goes. */
export const setEnvironment = operation({
  name: "profile.set-environment",
  summary: "Let a profile stand for an environment, in place of any other; null lets none.",
  permission: "profile:set",
  stepUp: true,
  input: z.strictObject({ env: Env, profile_id: ProfileId.nullable() }),
  output: z.object({ receipt_id: z.uuid() }),
  rest: { method: "PUT", path: "/wcp/environments/:env/profile" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { env, profile_id: profileId } = input;
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      await lockProfiles(tx, caller.tenantId);
      const previous = (await listEnvironmentProfiles(tx)).find((one) => one.env === env);
      const digest = profileId && (await digestInForce(tx, profileId));
      if (profileId === null) await clearEnvironmentProfile(tx, caller.tenantId, env, at);
      else await setEnvironmentProfile(tx, caller.tenantId, { env, profileId, setAt: at });
      return hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "profile",
          action: profileId === null ? "cleared" : "set",
          subject: env,
          details: {
            profile_id: profileId,
            digest,
            previous_profile_id: previous?.profileId ?? null,
          },
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

async function digestInForce(tx: TenantTx, profileId: ProfileId): Promise<string> {
  const shipped = SHIPPED.get(profileId);
  if (shipped) return shipped.digest;
  const own = (await listProfiles(tx)).find((one) => one.profileId === profileId);
  if (!own) throw new HallError("NOT_FOUND");
  if (own.retiredAt !== null)
    throw new HallError("CONFLICT", { detail: { reason: "the profile is retired" } });
  return own.digest;
}
