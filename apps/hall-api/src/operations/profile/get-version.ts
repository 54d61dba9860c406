import { readProfileByDigest } from "@guildhall/db";
import { ArtifactHash, HallError, Profile } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { SHIPPED } from "../../snapshot/profiles.ts";
import { callerOf, operation } from "../operation.ts";

export const getVersion = operation({
  name: "profile.get-version",
  summary: "A profile by the digest that receipts name, in the version that it then had.",
  permission: "profile:read",
  input: z.strictObject({ digest: ArtifactHash }),
  output: z.object({ digest: z.string(), profile: Profile }),
  rest: { method: "GET", path: "/wcp/profiles/versions/:digest" },
  async run({ hall, input, ...context }) {
    const stored = await asCaller(hall, callerOf(context), (tx) => readProfileByDigest(tx, input.digest));
    if (stored) return { digest: stored.digest, profile: Profile.parse(JSON.parse(stored.content)) };
    const shipped = [...SHIPPED.values()].find(({ digest }) => digest === input.digest);
    if (!shipped) throw new HallError("NOT_FOUND");
    return shipped;
  },
});
