import type { MarkName } from "../ui/mark.tsx";
import type { AgreementDocument, AgreementSummary } from "./agreement-types.ts";

/** How an agreement stands, as a mark and in words. */
export function agreementStanding({
  state,
  in_force,
  valid_from,
}: Pick<AgreementSummary, "state" | "in_force" | "valid_from">): { mark: MarkName; word: string } {
  switch (state) {
    case "draft":
      return { mark: "skipped", word: "draft" };
    case "suspended":
      return { mark: "hold", word: "suspended" };
    case "terminated":
      return { mark: "deny", word: "terminated" };
    case "active":
      if (in_force) return { mark: "allow", word: "in force" };
      return Date.parse(valid_from) > Date.now()
        ? { mark: "stale", word: "not in force yet" }
        : { mark: "stale", word: "lapsed" };
  }
}

const WAITS: Record<NonNullable<AgreementSummary["waits_for"]>, string> = {
  signature: "an owner to sign it",
  countersignature: "the Hall to countersign it",
  activation: "an owner to activate it",
};

/** What the newest version waits for, or null where there is nothing to wait for. */
export function waitsFor({ waits_for, newest_version }: AgreementSummary): string | null {
  return waits_for === null ? null : `version ${newest_version} waits for ${WAITS[waits_for]}`;
}

/** The terms, each as a name and what is agreed under it. */
export function termStatements({
  terms,
  identities,
  valid_from,
  valid_until,
}: Pick<AgreementDocument, "terms" | "identities" | "valid_from" | "valid_until">): [string, string][] {
  const { per_hour, per_day } = terms.quotas;
  const quotas = [
    ...(per_hour === null ? [] : [`${per_hour} an hour`]),
    ...(per_day === null ? [] : [`${per_day} a day`]),
  ];
  return [
    ["Identities", identities.join(", ")],
    ["Agents", terms.agents === null ? "every agent that acts under them" : terms.agents.join(", ")],
    ["Capabilities", terms.capabilities.join(", ")],
    ["Environments", terms.environments.join(", ")],
    ["Data labels", terms.data_labels.join(", ")],
    ["Highest blast", `${terms.max_blast_score} of 100`],
    ["Work started", quotas.length === 0 ? "no limit" : `at most ${quotas.join(" and ")}`],
    [
      "Valid",
      valid_until === null ? `from ${valid_from}, until it is ended` : `${valid_from} to ${valid_until}`,
    ],
  ];
}
