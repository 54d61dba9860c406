import type { Answers } from "./hall-types.ts";

/** What the Hall answers about workers, their code and what was found wrong with it, by the console's own words. */

export type WorkerHead = Answers["worker"]["list"]["workers"][number];
export type Attestation = Answers["attestation"]["get"];
export type AlertPage = Answers["alert"]["list"];
export type Alert = AlertPage["alerts"][number];
export type MeasuringKeys = Answers["runner"]["list"];
export type Certificate = Answers["certificate"]["list"]["certificates"][number];
