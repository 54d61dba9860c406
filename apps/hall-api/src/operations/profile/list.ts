import { listEnvironmentProfiles, listProfiles } from "@guildhall/db";
import { Env, Profile } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { SHIPPED } from "../../snapshot/profiles.ts";
import { callerOf, operation } from "../operation.ts";

export const list = operation({
  name: "profile.list",
  summary:
    "The profiles that this Hall ships and the tenant's own, and which of them stands for which environment.",
  permission: "profile:read",
  input: z.strictObject({}),
  output: z.object({
    profiles: z.array(
      z.object({
        profile: Profile,
        digest: z.string(),
        /** True where every Hall has it, and nobody may change it. */
        shipped: z.boolean(),
        retired_at: z.string().nullable(),
        stands_for: z.array(Env),
      }),
    ),
    environments: z.array(z.object({ env: Env, profile_id: z.string().nullable() })),
  }),
  rest: { method: "GET", path: "/wcp/profiles" },
  trpc: "query",
  async run({ hall, ...context }) {
    const { own, standing } = await asCaller(hall, callerOf(context), async (tx) => ({
      own: await listProfiles(tx),
      standing: await listEnvironmentProfiles(tx),
    }));
    const standsFor = (id: string) =>
      standing.filter(({ profileId }) => profileId === id).map(({ env }) => env);
    const shipped = [...SHIPPED.values()].map(({ profile, digest }) => ({
      profile,
      digest,
      shipped: true,
      retired_at: null,
      stands_for: standsFor(profile.profile_id),
    }));
    const defined = own
      .filter(({ profileId }) => !SHIPPED.has(profileId))
      .map(({ profileId, digest, content, retiredAt }) => ({
        profile: Profile.parse(JSON.parse(content)),
        digest,
        shipped: false,
        retired_at: retiredAt?.toISOString() ?? null,
        stands_for: standsFor(profileId),
      }));
    return {
      profiles: [...shipped, ...defined],
      environments: Env.options.map((env) => ({
        env,
        profile_id: standing.find((one) => one.env === env)?.profileId ?? null,
      })),
    };
  },
});
