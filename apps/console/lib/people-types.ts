import type { inferRouterInputs } from "@trpc/server";
import type { Answers, AppRouter } from "./hall-types.ts";

type Asked = inferRouterInputs<AppRouter>;

/** What the Hall answers about people, by the console's own words. */

export type MemberLine = Answers["member"]["list"]["members"][number];
export type RoleList = Answers["role"]["list"];
export type RoleLine = RoleList["roles"][number];
export type SessionLine = Answers["session"]["list"]["sessions"][number];
export type OwnPasskey = OwnAccount["passkeys"][number];
export type NewPasskey = Asked["account"]["add-passkey"]["passkey"];
export type ShownPasskey = NonNullable<Asked["session"]["verify-factor"]["passkey"]>;
export type SecondFactor = Extract<
  Answers["session"]["begin"],
  { state: "factor_needed" }
>["factors"][number];
export type OwnAccount = NonNullable<Answers["account"]["get"]["account"]>;
export type SsoSettings = Answers["sso"]["show"];
export type ProvedName = Answers["domain"]["list"]["domains"][number];
export type Finding = Answers["domain"]["check"]["finding"];
