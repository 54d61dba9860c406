import type { Answers } from "./hall-types.ts";

/** What the Hall answers about rules, policies and profiles, by the console's own words. */

export type RulesInForce = Answers["rule"]["in-force"];
export type Finding = RulesInForce["findings"][number];
export type ShadowRun = NonNullable<RulesInForce["shadow_run"]>;
export type PublicationPage = Answers["rule"]["list-publications"];
export type Publication = PublicationPage["publications"][number];
export type PublicationDetail = Answers["rule"]["get-publication"];

export type Review = Answers["rule"]["review"];
export type BundleProblem = Review["problems"][number];
export type TestResult = Review["results"][number];
export type Simulation = Answers["rule"]["simulate"];

export type DraftHead = Answers["draft"]["list"]["drafts"][number];
export type Draft = Answers["draft"]["get"];

export type ShadowPage = Answers["shadow"]["list"];
export type ShadowDifference = ShadowPage["differences"][number];

export type PoliciesInForce = Answers["policy"]["list"];
export type PolicyVariable = PoliciesInForce["variables"][number];
export type PolicyField = Extract<PolicyVariable, { fields: unknown }>["fields"][number];

export type Profiles = Answers["profile"]["list"];
export type ProfileEntry = Profiles["profiles"][number];
