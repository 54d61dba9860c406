import type { Answers } from "./hall-types.ts";

/** What the Hall answers about signatory agreements, by the console's own words. */

export type Agreements = Answers["agreement"]["list"];
export type AgreementSummary = Agreements["agreements"][number];
export type Agreement = Answers["agreement"]["get"];
export type AgreementVersion = Agreement["versions"][number];
export type AgreementDocument = AgreementVersion["document"];
export type Templates = Answers["agreement"]["templates"];
export type Template = Templates["templates"][number];
