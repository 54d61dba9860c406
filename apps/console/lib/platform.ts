import type { Answers, Me } from "./hall-types.ts";

/** What the Hall answers to those who operate it, by the console's own words. */

export type TenantLine = Answers["tenant"]["list"]["tenants"][number];
export type Standing = TenantLine["standing"];

/** The Hall's own house, among the tenants of a session: no tenant may be called so. */
export const PLATFORM = "platform";

export type PlatformAct = "tenant:create" | "tenant:set-standing";

const WORDS: Record<PlatformAct, string> = {
  "tenant:create": "make tenants or invite their owners",
  "tenant:set-standing": "say how a tenant stands",
};

/** Why whoever is signed in may not, or undefined where they may. */
export function whyNotOperate(
  me: { member: Pick<Me["member"], "role">; permissions: readonly string[] } | null,
  act: PlatformAct,
): string | undefined {
  if (me === null) return "The Hall has not said yet who is signed in";
  if (me.permissions.includes(act)) return undefined;
  return `As ${me.member.role} of the platform you may not ${WORDS[act]}: owner may`;
}
