import type { Env, Outcome } from "@guildhall/protocol";
import { PLATFORM } from "./platform.ts";

/** Every link of the console. Its test's snapshot is a map of the whole. */
export const paths = {
  home: () => "/",
  signIn: (query: { token?: string; because?: "ended" } = {}) => `/sign-in${search(query)}`,
  /** Where a tenant's provider sends people back to; registered there as it stands. */
  signInBySso: (tenant: string) => `/sign-in/sso/${segment(tenant)}`,
  join: (query: { token?: string } = {}) => `/join${search(query)}`,
  signUp: (query: { token?: string } = {}) => `/sign-up${search(query)}`,
  firstRun: (query: { token?: string } = {}) => `/first-run${search(query)}`,
  recover: (query: { token?: string } = {}) => `/recover${search(query)}`,
  /** Where somebody begins who has signed in. */
  start: (tenant: string): string => (tenant === PLATFORM ? paths.tenants() : paths.decisions(tenant)),
  tenants: (query: { after?: string } = {}) => `/${PLATFORM}/tenants${search(query)}`,
  tenant: (slug: string) => `/${PLATFORM}/tenants/${segment(slug)}`,
  decisions: (tenant: string, query: DecisionsQuery = {}) => `/${segment(tenant)}/decisions${search(query)}`,
  decision: (tenant: string, id: string, query: DecisionsQuery = {}) =>
    `/${segment(tenant)}/decisions/${segment(id)}${search(query)}`,
  alerts: (tenant: string, query: { before?: string } = {}) => `/${segment(tenant)}/alerts${search(query)}`,
  workers: (tenant: string) => `/${segment(tenant)}/workers`,
  worker: (tenant: string, id: string) => `/${segment(tenant)}/workers/${segment(id)}`,
  keys: (tenant: string) => `/${segment(tenant)}/keys`,
  log: (tenant: string, query: Pick<DecisionsQuery, "env"> = {}) => `/${segment(tenant)}/log${search(query)}`,
  rules: (tenant: string) => `/${segment(tenant)}/rules`,
  drafts: (tenant: string) => `/${segment(tenant)}/rules/drafts`,
  draft: (tenant: string, id: string) => `/${segment(tenant)}/rules/drafts/${segment(id)}`,
  publications: (tenant: string, query: { before?: number } = {}) =>
    `/${segment(tenant)}/rules/publications${search(query)}`,
  publication: (tenant: string, number: number) => `/${segment(tenant)}/rules/publications/${number}`,
  publicationReceipt: (tenant: string, number: number) =>
    `/${segment(tenant)}/rules/publications/${number}#receipt`,
  shadow: (tenant: string) => `/${segment(tenant)}/rules/shadow`,
  policies: (tenant: string) => `/${segment(tenant)}/policies`,
  profiles: (tenant: string) => `/${segment(tenant)}/profiles`,
  newProfile: (tenant: string, query: { from?: string } = {}) =>
    `/${segment(tenant)}/profiles/new${search(query)}`,
  profile: (tenant: string, id: string) => `/${segment(tenant)}/profiles/${segment(id)}`,
  editProfile: (tenant: string, id: string) => `/${segment(tenant)}/profiles/${segment(id)}/edit`,
  members: (tenant: string) => `/${segment(tenant)}/members`,
  roles: (tenant: string) => `/${segment(tenant)}/roles`,
  singleSignOn: (tenant: string) => `/${segment(tenant)}/single-sign-on`,
  sessions: (tenant: string) => `/${segment(tenant)}/sessions`,
  security: (tenant: string) => `/${segment(tenant)}/security`,
  agreements: (tenant: string) => `/${segment(tenant)}/agreements`,
  newAgreement: (tenant: string) => `/${segment(tenant)}/agreements/new`,
  agreement: (tenant: string, id: string) => `/${segment(tenant)}/agreements/${segment(id)}`,
  amendAgreement: (tenant: string, id: string) => `/${segment(tenant)}/agreements/${segment(id)}/amend`,
  certification: (tenant: string) => `/${segment(tenant)}/certification`,
  certificationRequest: (tenant: string, id: string) => `/${segment(tenant)}/certification/${segment(id)}`,
  trpcDoor: () => "/api/trpc",
  csrfToken: () => "/api/auth/csrf",
  ssoDoor: () => "/api/sso",
  beginSession: (by: "link" | "password" | "factor" | "sso") => `/api/auth/callback/${by}`,
  askPasskey: () => "/api/passkey",
  whoIsSignedIn: () => "/api/auth/session",
  signOut: () => "/api/auth/signout",
};

/** What the list shows, as the address holds it. Absent means all. */
export type DecisionsQuery = {
  env?: Env;
  outcome?: Outcome;
  /** Words that a row must contain. */
  find?: string;
  /** Chain position to go on from, towards older ones. */
  before?: number;
};

/** Rows of one page of the list. */
export const DECISIONS_PAGE = 50;

const ENVS = ["dev", "stage", "prod", "edge"] as const satisfies readonly Env[];
const OUTCOMES = ["ALLOW", "DENY", "HOLD"] as const satisfies readonly Outcome[];

/** Reads the address; what is not one of ours is left out. */
export function readDecisionsQuery(params: URLSearchParams): DecisionsQuery {
  const env = ENVS.find((name) => name === params.get("env"));
  const outcome = OUTCOMES.find((name) => name === params.get("outcome"));
  const find = params.get("find")?.slice(0, 128);
  const before = Number(params.get("before"));
  return {
    ...(env && { env }),
    ...(outcome && { outcome }),
    ...(find && { find }),
    ...(Number.isSafeInteger(before) && before > 0 && { before }),
  };
}

function search(query: { [name: string]: string | number | undefined }): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

function segment(text: string): string {
  return encodeURIComponent(text);
}
