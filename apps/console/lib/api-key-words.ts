import type { MarkName } from "../ui/mark.tsx";
import type { Answers } from "./hall-types.ts";

export type ApiKey = Answers["key"]["list"]["keys"][number];

/** How a key stands, as a mark and a word. */
export const KEY_STATES: Record<ApiKey["state"], { mark: MarkName; word: string }> = {
  in_use: { mark: "allow", word: "in use" },
  expires_soon: { mark: "hold", word: "expires soon" },
  replaced: { mark: "running", word: "replaced" },
  expired: { mark: "stale", word: "expired" },
  revoked: { mark: "deny", word: "revoked" },
};

/** A key that can still be used: to be rotated, or ended. */
export function isLive({ state }: Pick<ApiKey, "state">): boolean {
  return state !== "expired" && state !== "revoked";
}

/** What narrows a key, each in a few words; empty where nothing does. */
export function narrowings(
  key: Pick<ApiKey, "environments" | "addresses" | "agent" | "requests_per_minute" | "requests_per_day">,
): string[] {
  const { environments, addresses, agent, requests_per_minute: minute, requests_per_day: day } = key;
  const words: string[] = [];
  if (environments) words.push(`in ${environments.join(", ")}`);
  if (addresses) words.push(`from ${addresses.join(", ")}`);
  if (agent !== null) words.push(`for the agent ${agent}`);
  if (minute !== null) words.push(`${minute} a minute`);
  if (day !== null) words.push(`${day} a day`);
  return words;
}

export const SCOPES = {
  route: "ask for decisions",
  dispatch: "have work done and follow it",
  enroll: "enroll workers",
  attest: "vouch for code",
  read: "read what there is",
  export: "read receipts and outcomes",
} as const;
export type ScopeGroup = keyof typeof SCOPES;
export const SCOPE_GROUPS = Object.keys(SCOPES) as ScopeGroup[];

export const GRACES = [
  { seconds: 0, words: "it ends at once" },
  { seconds: 900, words: "15 minutes" },
  { seconds: 3600, words: "an hour" },
  { seconds: 86_400, words: "24 hours" },
] as const;

export const LIVES = [
  { days: 30, words: "30 days" },
  { days: 90, words: "90 days" },
  { days: 366, words: "a year" },
] as const;

/** Entries of a text, one a line, without empty ones. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A limit as it is typed: null where none is, undefined where it is no whole number from 1 on. */
export function limitOf(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  return /^[1-9]\d{0,8}$/.test(text.trim()) ? Number(text.trim()) : undefined;
}
