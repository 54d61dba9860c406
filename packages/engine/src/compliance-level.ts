import { canonicalId } from "@guildhall/protocol";

/** The levels of WCP (contract 5.2), lowest first. */
export const COMPLIANCE_LEVELS = ["Basic", "Standard", "Full"] as const;
export type ComplianceLevel = (typeof COMPLIANCE_LEVELS)[number];

export interface Compliance {
  /** The highest level of which nothing is missing; null where not even the lowest is reached. */
  readonly level: ComplianceLevel | null;
  /** What the next level asks and the record lacks; empty at the highest. */
  readonly missing: readonly string[];
}

/** A point of a level, and whether a record has it. */
type Point = [name: string, met: (record: Readonly<Record<string, unknown>>) => boolean];

const DIMENSIONS = ["data", "network", "financial", "time", "reversibility"] as const;

const POINTS: Record<ComplianceLevel, readonly Point[]> = {
  Basic: [
    ["worker_id", has("worker_id")],
    ["capabilities", (record) => listOf(record.capabilities).length > 0],
    ["worker_species_id", has("worker_species_id")],
    ["risk_tier", (record) => has("risk_tier")(record) && record.risk_tier !== "unknown"],
  ],
  Standard: [
    ["required_controls", (record) => Array.isArray(record.required_controls)],
    ["currently_implements", (record) => Array.isArray(record.currently_implements)],
    ["allowed_environments", (record) => listOf(record.allowed_environments).length > 0],
    ["a control for an audit log", (record) => implementsOne(record, /audit-log/)],
    ["a control that denies by default", (record) => implementsOne(record, /default-deny|deny-default/)],
  ],
  Full: [
    ...DIMENSIONS.map(
      (name): Point => [`blast_radius.${name}`, (record) => name in objectOf(record.blast_radius)],
    ),
    ["privilege_envelope", (record) => Object.keys(objectOf(record.privilege_envelope)).length > 0],
    ["idempotency", has("idempotency")],
    [
      "artifact_hash or a control for evidence receipts",
      (record) => has("artifact_hash")(record) || implementsOne(record, /evidence-receipt/),
    ],
  ],
};

/** @param record the registry record as it was sent: defaults are not what its author said */
export function complianceLevel(record: Readonly<Record<string, unknown>>): Compliance {
  let level: ComplianceLevel | null = null;
  for (const next of COMPLIANCE_LEVELS) {
    const missing = POINTS[next].filter(([, met]) => !met(record)).map(([name]) => name);
    if (missing.length > 0) return { level, missing };
    level = next;
  }
  return { level, missing: [] };
}

function has(field: string): Point[1] {
  return (record) => typeof record[field] === "string" && record[field] !== "";
}

/** Controls are compared in canonical form: both spellings circulate. */
function implementsOne(record: Readonly<Record<string, unknown>>, pattern: RegExp): boolean {
  return listOf(record.currently_implements).some(
    (id) => typeof id === "string" && pattern.test(canonicalId("ctrl", id) ?? ""),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
