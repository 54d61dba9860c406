import type { Answers } from "./hall-types.ts";

/** What the Hall answers about certification, by the console's own words. */

export type CertificationRequest = Answers["certification"]["list"]["requests"][number];
export type ExaminedRequest = Answers["certification"]["get"];
export type EvidenceItem = ExaminedRequest["evidence"]["items"][number];
export type Reminders = Answers["certification"]["reminders"];
