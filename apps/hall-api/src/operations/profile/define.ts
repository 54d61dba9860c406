import { listProfiles, lockProfiles, setProfileHead, storeProfile } from "@guildhall/db";
import { HallError, Profile, ProfileId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { SHIPPED, storedProfile } from "../../snapshot/profiles.ts";
import { callerOf, operation } from "../operation.ts";

/** A new version may ask for more, so it raises the fence. Earlier versions stay, because receipts name them. */
export const define = operation({
  name: "profile.define",
  summary: "Define a profile of the tenant's own, or a new version of one; it holds from then on.",
  permission: "profile:define",
  stepUp: true,
  input: z.strictObject({ profile_id: ProfileId, profile: Profile }),
  output: z.object({ digest: z.string(), receipt_id: z.uuid() }),
  rest: { method: "PUT", path: "/wcp/profiles/:profile_id" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { profile_id: profileId, profile } = input;
    if (profile.profile_id !== profileId)
      throw new HallError("INVALID_REQUEST", {
        detail: { problems: [{ path: "profile.profile_id", expected: "the id that is defined here" }] },
      });
    if (SHIPPED.has(profileId)) throw new HallError("PROFILE_SHIPPED");
    const { digest, content } = storedProfile(profile);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      await lockProfiles(tx, caller.tenantId);
      const previous = (await listProfiles(tx)).find((one) => one.profileId === profileId);
      await storeProfile(tx, caller.tenantId, { digest, profileId, content });
      await setProfileHead(tx, caller.tenantId, { profileId, digest }, new Date(nowMs));
      return hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "profile",
          action: "defined",
          subject: profileId,
          details: { digest, previous_digest: previous?.digest ?? null },
        },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return { digest, receipt_id: act.receiptId };
  },
});
