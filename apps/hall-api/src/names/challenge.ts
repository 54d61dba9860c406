import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { TextAnswer } from "./text-records.ts";

/** How a name is proved: a text record under it that nobody knows but the tenant that was given it. */

export const CHALLENGE_MS = 7 * 24 * 3600 * 1000;

const LABEL = "_guildhall-challenge";
const PREFIX = "guildhall-verification=";
/** More of what stands there is not shown. */
const SEEN_MAX = 5;
const SEEN_LENGTH_MAX = 120;

/**
 * A domain as it stands in the DNS: ASCII, lower case, no address, no end dot; names in other scripts in their `xn--` form,
 * in which they are shown too (H-030).
 */
export const Domain = z
  .string()
  .max(253 - LABEL.length - 1)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/,
    "expected a domain such as example.com, in lower case; write other scripts in their xn-- form",
  );

/** Random, so that it proves for whom it was made and for nobody else. */
export function newChallenge(): string {
  return `${PREFIX}${randomBytes(24).toString("base64url")}`;
}

export function recordName(domain: string): string {
  return `${LABEL}.${domain}`;
}

export const DNS_FINDINGS = {
  DNS_PROVED: "The record stands as it should. Leave it there: it is looked for again each day.",
  DNS_NO_RECORD:
    "No text record stands there yet. Add it at your DNS provider; it may take an hour to be seen.",
  DNS_OTHER_VALUE:
    "Text records stand there, and none is the one that is asked for. Add it as it is shown, without quotes or spaces.",
  DNS_TIMEOUT: "No name server answered in time. Nothing is changed; check again in a few minutes.",
  DNS_UNANSWERED:
    "The name servers did not answer the question. Check that the domain's name servers work, then check again.",
  CHALLENGE_EXPIRED: "The time for this record is over. Ask for another one and put that in its place.",
} as const;

/** What was seen when a name was looked at, and what to do. */
export const Finding = z.object({
  code: z.enum(Object.keys(DNS_FINDINGS) as [keyof typeof DNS_FINDINGS]),
  remedy: z.string(),
  /** The values that stand there, cut; foreign text. */
  seen: z.array(z.string()),
});
export type Finding = z.infer<typeof Finding>;

export function judgeRecords(answer: TextAnswer, challenge: string): Finding {
  if (answer.state === "unanswered")
    return finding(answer.because === "time-out" ? "DNS_TIMEOUT" : "DNS_UNANSWERED");
  if (answer.state === "none") return finding("DNS_NO_RECORD");
  return answer.values.includes(challenge)
    ? finding("DNS_PROVED")
    : finding("DNS_OTHER_VALUE", answer.values);
}

export function finding(code: keyof typeof DNS_FINDINGS, values: readonly string[] = []): Finding {
  const seen = values.slice(0, SEEN_MAX).map((value) => value.slice(0, SEEN_LENGTH_MAX));
  return { code, remedy: DNS_FINDINGS[code], seen };
}

/** True where the record is not there for certain: what was not answered takes nothing away. */
export function isMissing({ code }: Finding): boolean {
  return code === "DNS_NO_RECORD" || code === "DNS_OTHER_VALUE";
}
