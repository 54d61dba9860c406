import {
  CATALOG,
  CATALOG_TOMBSTONES,
  CATALOG_VERSION,
  type CatalogEntity,
  catalogStatus,
} from "@guildhall/protocol";
import { z } from "zod";
import { callerOf, operation } from "../operation.ts";

export const list = operation({
  name: "capability.list",
  summary:
    "The capabilities that the rules in force name, with the species that serve them and whether a worker is there; and the catalog.",
  permission: "capability:read",
  input: z.strictObject({}),
  output: z.object({
    capabilities: z.array(
      z.object({
        capability_id: z.string(),
        worker_species: z.array(z.string()),
        /** True where an enrolled worker of one of the species serves it and has an address. */
        available: z.boolean(),
        /** Being on the catalog's list is no right, and not being on it no fault. */
        catalog: z.enum(["listed", "deprecated", "unlisted"]),
      }),
    ),
    count: z.int(),
    catalog: z.object({
      /** `wcp-catalog@X.Y.Z`, as records name the least that they need. */
      version: z.string(),
      entities: z.array(
        z.object({
          id: z.string(),
          type: z.enum(["capability", "worker_species", "control", "profile", "policy"]),
          description: z.string(),
          risk_tier: z.string().optional(),
          serves_capabilities: z.array(z.string()).optional(),
          required_controls: z.array(z.string()).optional(),
          enforcement_point: z.enum(["hall", "platform", "worker"]).optional(),
        }),
      ),
      /** Ids that are not to be used any more; none is ever given another meaning. */
      tombstones: z.array(
        z.object({
          id: z.string(),
          status: z.literal("deprecated"),
          superseded_by: z.string().nullable(),
          deprecated_catalog: z.string(),
          sunset_catalog: z.string(),
        }),
      ),
    }),
  }),
  rest: { method: "GET", path: "/wcp/capabilities" },
  trpc: "query",
  async run({ hall, ...context }) {
    const snapshot = await hall.snapshots.refresh(callerOf(context).tenantId);
    if (!snapshot) return { capabilities: [], count: 0, catalog: SERVED };
    const { program, engine } = snapshot;
    const capabilities = [...program.capabilities].sort().map((capability) => {
      const serving = [...engine.workers.values()]
        .flat()
        .filter((worker) => worker.capabilities.has(capability));
      return {
        capability_id: capability,
        worker_species: [...new Set(serving.map((worker) => worker.speciesId))].sort(),
        available: serving.some((worker) => worker.available && worker.transportDigest !== null),
        catalog: catalogStatus(capability),
      };
    });
    return { capabilities, count: capabilities.length, catalog: SERVED };
  },
});

/** Lists of their own: what is answered is not what the catalog holds. */
const SERVED = {
  version: `wcp-catalog@${CATALOG_VERSION}`,
  entities: CATALOG.map(({ serves_capabilities, required_controls, ...entity }: CatalogEntity) => ({
    ...entity,
    ...(serves_capabilities && { serves_capabilities: [...serves_capabilities] }),
    ...(required_controls && { required_controls: [...required_controls] }),
  })),
  tombstones: Object.entries(CATALOG_TOMBSTONES).map(([id, { supersededBy, deprecatedIn, sunsetIn }]) => ({
    id,
    status: "deprecated" as const,
    superseded_by: supersededBy,
    deprecated_catalog: deprecatedIn,
    sunset_catalog: sunsetIn,
  })),
};
