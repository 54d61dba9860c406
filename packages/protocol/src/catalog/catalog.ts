import type { RiskTier, WorkerRecord } from "../worker-record.ts";
import { CATALOG_CAPABILITIES } from "./capabilities.ts";
import { CATALOG_CONTROLS } from "./controls.ts";
import { CATALOG_POLICIES } from "./policies.ts";
import { SHIPPED_PROFILES } from "./profiles.ts";
import { CATALOG_SPECIES } from "./species.ts";
import { CATALOG_TOMBSTONES } from "./tombstones.ts";

export type CatalogType = "capability" | "worker_species" | "control" | "profile" | "policy";

/** One line of the catalog, as it is served. */
export interface CatalogEntity {
  id: string;
  type: CatalogType;
  description: string;
  risk_tier?: RiskTier;
  serves_capabilities?: readonly string[];
  required_controls?: readonly string[];
  enforcement_point?: "hall" | "platform" | "worker";
}

/**
 * Our own list of what WCP's ids mean here. Being on it is no right and not being on it no fault: whoever uses another id is
 * told so and goes on.
 */
export const CATALOG: readonly CatalogEntity[] = [
  ...Object.entries(CATALOG_CAPABILITIES).map(([id, [risk_tier, description]]) => ({
    id,
    type: "capability" as const,
    description,
    risk_tier,
  })),
  ...Object.entries(CATALOG_SPECIES).map(([id, { risk, description, serves, controls }]) => ({
    id,
    type: "worker_species" as const,
    description,
    risk_tier: risk,
    serves_capabilities: serves,
    required_controls: controls,
  })),
  ...Object.entries(CATALOG_CONTROLS).map(([id, [enforcement_point, description]]) => ({
    id,
    type: "control" as const,
    description,
    enforcement_point,
  })),
  ...SHIPPED_PROFILES.map(({ profile_id, description, controls_required }) => ({
    id: profile_id,
    type: "profile" as const,
    description: description ?? "",
    required_controls: controls_required,
  })),
  ...Object.entries(CATALOG_POLICIES).map(([id, { description, controls }]) => ({
    id,
    type: "policy" as const,
    description,
    required_controls: controls,
  })),
];

const KNOWN: ReadonlySet<string> = new Set(CATALOG.map(({ id }) => id));

export type CatalogStatus = "listed" | "deprecated" | "unlisted";

/** @param id canonical */
export function catalogStatus(id: string): CatalogStatus {
  if (KNOWN.has(id)) return "listed";
  return id in CATALOG_TOMBSTONES ? "deprecated" : "unlisted";
}

export interface CatalogWarning {
  path: string;
  id: string;
  says: string;
}

/** What of a record's ids the catalog does not list, or has retired. */
export function catalogWarnings(record: WorkerRecord): CatalogWarning[] {
  const named: [path: string, id: string][] = [
    ["worker_species_id", record.worker_species_id],
    ...record.capabilities.map((id, n): [string, string] => [`capabilities.${n}`, id]),
    ...record.required_controls.map((id, n): [string, string] => [`required_controls.${n}`, id]),
    ...record.currently_implements.map((id, n): [string, string] => [`currently_implements.${n}`, id]),
  ];
  return named.flatMap(([path, id]) => {
    const says = saidOf(id);
    return says === null ? [] : [{ path, id, says }];
  });
}

function saidOf(id: string): string | null {
  switch (catalogStatus(id)) {
    case "listed":
      return null;
    case "unlisted":
      return "not in this Hall's catalog";
    case "deprecated": {
      const { supersededBy, sunsetIn } = CATALOG_TOMBSTONES[id]!;
      const instead = supersededBy === null ? "" : `; use ${supersededBy}`;
      return `deprecated, not to be served from catalog ${sunsetIn} on${instead}`;
    }
  }
}
