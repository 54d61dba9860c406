import type { AttestationMethod, DataLabel, NetworkEgress, Profile } from "@guildhall/protocol";

/** A profile as somebody types it: text where numbers and lists will be. */
export interface ProfileDraft {
  id: string;
  name: string;
  description: string;
  tiers: Profile["recommended_for_risk_tiers"];
  agreementRequired: boolean;
  certificationFor: DataLabel[];
  attestation: AttestationMethod | "";
  envelopeFor: DataLabel[];
  egress: NetworkEgress;
  secretsFor: DataLabel[];
  /** False: anywhere. */
  limitsWrites: boolean;
  writes: string;
  /** False: any. */
  limitsTools: boolean;
  tools: string;
  holdAt: string;
  denyAt: string;
  dimensionsHoldAt: string;
  dimensionsDenyAt: string;
  budget: string;
  controls: string;
  policies: string;
}

export const RISK_TIERS = ["low", "medium", "high", "critical"] as const;
export const METHODS = ["self-reported", "runner-measured", "oci-digest", "tee"] as const;
export const EGRESS = ["unrestricted", "allowlisted", "none"] as const;

const ALL_LABELS = ["PUBLIC", "INTERNAL", "RESTRICTED"] as const satisfies readonly DataLabel[];

/** @param profile where it begins; null for one that demands nothing. A copy of another has an id still to find. */
export function draftOf(profile: Profile | null, isCopy: boolean): ProfileDraft {
  const envelope = profile?.privilege_envelope;
  const blast = profile?.blast;
  const figure = (value: number | null | undefined) => (value == null ? "" : String(value));
  const lines = (list: readonly string[] | null | undefined) => (list ?? []).join("\n");
  return {
    id: profile === null || isCopy ? "" : profile.profile_id,
    name: profile === null || isCopy ? "" : profile.name,
    description: profile?.description ?? "",
    tiers: profile?.recommended_for_risk_tiers ?? [],
    agreementRequired: profile?.agreement_required ?? false,
    certificationFor: profile?.certification_for ?? [],
    attestation: profile?.attestation_minimum ?? "",
    envelopeFor: envelope?.required_for ?? [],
    egress: envelope?.network_egress ?? "unrestricted",
    secretsFor: envelope?.secrets_for ?? [...ALL_LABELS],
    limitsWrites: envelope?.filesystem_writes != null,
    writes: lines(envelope?.filesystem_writes),
    limitsTools: envelope?.tools != null,
    tools: lines(envelope?.tools),
    holdAt: figure(blast?.hold_at),
    denyAt: figure(blast?.deny_at),
    dimensionsHoldAt: figure(blast?.dimensions_hold_at),
    dimensionsDenyAt: figure(blast?.dimensions_deny_at),
    budget: figure(blast?.budget_per_hour),
    controls: lines(profile?.controls_required),
    policies: lines(profile?.policies),
  };
}

/** What is wrong, by the field that it is wrong in. */
export type DraftErrors = { [Name in keyof ProfileDraft]?: string };

export interface ReadDraft {
  profile: Profile;
  errors: DraftErrors;
}

/** Reads what was typed. A field with an error counts as empty, so that the rest can be shown meanwhile. */
export function readDraft(draft: ProfileDraft): ReadDraft {
  const errors: DraftErrors = {};
  const limit = (name: keyof ProfileDraft, max: number): number | null => {
    const text = String(draft[name]).trim().replaceAll(",", "");
    if (text === "") return null;
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= max) return value;
    errors[name] = `Expected a whole number from 0 to ${max.toLocaleString("en-US")}, or nothing`;
    return null;
  };
  const ids = (name: keyof ProfileDraft, prefix: string, example: string): string[] => {
    const list = linesOf(String(draft[name]));
    const wrong = list.filter((id) => !isId(id, prefix));
    if (wrong.length > 0) errors[name] = `Expected ids like ${example}, one a line; “${wrong[0]}” is none`;
    return list.filter((id) => isId(id, prefix));
  };
  if (!isId(draft.id.trim(), "prof")) errors.id = "Expected an id like prof.acme.night";
  if (draft.name.trim() === "") errors.name = "A profile needs a name";
  const profile = {
    profile_id: draft.id.trim(),
    name: draft.name.trim(),
    description: draft.description.trim(),
    recommended_for_risk_tiers: RISK_TIERS.filter((tier) => draft.tiers.includes(tier)),
    agreement_required: draft.agreementRequired,
    certification_for: ALL_LABELS.filter((label) => draft.certificationFor.includes(label)),
    attestation_minimum: draft.attestation === "" ? null : draft.attestation,
    privilege_envelope: {
      required_for: ALL_LABELS.filter((label) => draft.envelopeFor.includes(label)),
      network_egress: draft.egress,
      secrets_for: ALL_LABELS.filter((label) => draft.secretsFor.includes(label)),
      filesystem_writes: draft.limitsWrites ? linesOf(draft.writes) : null,
      tools: draft.limitsTools ? linesOf(draft.tools) : null,
    },
    blast: {
      hold_at: limit("holdAt", 100),
      deny_at: limit("denyAt", 100),
      dimensions_hold_at: limit("dimensionsHoldAt", 25),
      dimensions_deny_at: limit("dimensionsDenyAt", 25),
      budget_per_hour: limit("budget", 1_000_000),
    },
    controls_required: ids("controls", "ctrl", "ctrl.obs.audit-log-append-only"),
    policies: ids("policies", "pol", "pol.sandbox.default-deny"),
  };
  // The ids have the protocol's form by now; only their brands are missing.
  return { profile: profile as unknown as Profile, errors };
}

/** The field that shows what the Hall found wrong at a path like `profile.blast.hold_at`. */
export function fieldAt(path: string): keyof ProfileDraft | null {
  const bare = path.replace(/^profile\./, "");
  return FIELDS.find(([start]) => bare === start || bare.startsWith(`${start}.`))?.[1] ?? null;
}

const FIELDS: readonly [path: string, field: keyof ProfileDraft][] = [
  ["profile_id", "id"],
  ["name", "name"],
  ["description", "description"],
  ["recommended_for_risk_tiers", "tiers"],
  ["agreement_required", "agreementRequired"],
  ["certification_for", "certificationFor"],
  ["attestation_minimum", "attestation"],
  ["privilege_envelope.required_for", "envelopeFor"],
  ["privilege_envelope.network_egress", "egress"],
  ["privilege_envelope.secrets_for", "secretsFor"],
  ["privilege_envelope.filesystem_writes", "writes"],
  ["privilege_envelope.tools", "tools"],
  ["blast.hold_at", "holdAt"],
  ["blast.deny_at", "denyAt"],
  ["blast.dimensions_hold_at", "dimensionsHoldAt"],
  ["blast.dimensions_deny_at", "dimensionsDenyAt"],
  ["blast.budget_per_hour", "budget"],
  ["controls_required", "controls"],
  ["policies", "policies"],
];

function linesOf(text: string): string[] {
  return [...new Set(text.split("\n").map((line) => line.trim()))].filter((line) => line !== "");
}

function isId(text: string, prefix: string): boolean {
  return (
    text.length <= 64 && new RegExp(String.raw`^${prefix}(?:\.[a-z0-9]+(?:[-_][a-z0-9]+)*){1,3}$`).test(text)
  );
}
