import type { AttestationMethod, DataLabel, Profile } from "@guildhall/protocol";
import { count } from "../ui/count.ts";

/** What a profile demands, one plain sentence each. */
export function profileStatements(profile: Profile): string[] {
  const { privilege_envelope: envelope, blast } = profile;
  return [
    profile.agreement_required ? "Nothing is dispatched without a signatory agreement in force." : null,
    profile.certification_for.length > 0
      ? `A worker needs a live certification for ${labels(profile.certification_for)} data.`
      : null,
    profile.attestation_minimum === null
      ? null
      : `A worker's code has to be ${vouchedFor(profile.attestation_minimum)}.`,
    envelope.required_for.length > 0
      ? `A worker without a privilege envelope is refused for ${labels(envelope.required_for)} data.`
      : null,
    egressStatement(envelope.network_egress),
    secretsStatement(envelope.secrets_for),
    envelope.filesystem_writes === null ? null : writesStatement(envelope.filesystem_writes),
    envelope.tools === null ? null : toolsStatement(envelope.tools),
    from(blast.hold_at, "From a blast score of", "on a human decides."),
    from(blast.deny_at, "From a blast score of", "on the request is denied."),
    from(blast.dimensions_hold_at, "From a dimension sum of", "on a human decides."),
    from(blast.dimensions_deny_at, "From a dimension sum of", "on the request is denied."),
    blast.budget_per_hour === null
      ? null
      : `One agent may add up blast scores of ${count(blast.budget_per_hour)} within an hour.`,
    profile.controls_required.length > 0
      ? `A worker has to implement ${profile.controls_required.join(", ")}.`
      : null,
    profile.policies.length > 0
      ? `The rules have to hold ${profile.policies.join(", ")}; without ${profile.policies.length === 1 ? "it" : "them"} nothing runs.`
      : null,
  ].filter((statement) => statement !== null);
}

/** `PUBLIC, INTERNAL and RESTRICTED`. */
export function labels(list: readonly DataLabel[]): string {
  const ordered = LABELS.filter((label) => list.includes(label));
  return ordered.length < 2 ? ordered.join("") : `${ordered.slice(0, -1).join(", ")} and ${ordered.at(-1)}`;
}

export const LABELS = ["PUBLIC", "INTERNAL", "RESTRICTED"] as const satisfies readonly DataLabel[];

function egressStatement(egress: Profile["privilege_envelope"]["network_egress"]): string | null {
  switch (egress) {
    case "unrestricted":
      return null;
    case "allowlisted":
      return "A privilege envelope may reach listed addresses only.";
    case "none":
      return "A privilege envelope may reach no network.";
  }
}

function secretsStatement(allowed: readonly DataLabel[]): string | null {
  if (allowed.length === LABELS.length) return null;
  if (allowed.length === 0) return "A privilege envelope may name no secrets.";
  return `A privilege envelope may name secrets for ${labels(allowed)} data only.`;
}

function writesStatement(prefixes: readonly string[]): string {
  if (prefixes.length === 0) return "A privilege envelope may write no files.";
  return `A privilege envelope may write files only under ${prefixes.join(", ")}.`;
}

function toolsStatement(tools: readonly string[]): string {
  if (tools.length === 0) return "A privilege envelope may name no tools.";
  return `A privilege envelope may name only the tools ${tools.join(", ")}.`;
}

function from(limit: number | null, before: string, after: string): string | null {
  return limit === null ? null : `${before} ${limit} ${after}`;
}

/** By the method's own name: what a worker says of itself is not what somebody else has found. */
export function vouchedFor(method: AttestationMethod): string {
  const orStronger = method === "tee" ? "" : ", or stronger";
  return method === "self-reported" ? `self-reported${orStronger}` : `attested: ${method}${orStronger}`;
}
