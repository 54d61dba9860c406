import { z } from "zod";
import { callerOf, operation } from "../operation.ts";

export const list = operation({
  name: "capability.list",
  summary:
    "The capabilities that the rules in force name, with the species that serve them and whether a worker is there.",
  permission: "capability:read",
  input: z.strictObject({}),
  output: z.object({
    capabilities: z.array(
      z.object({
        capability_id: z.string(),
        worker_species: z.array(z.string()),
        /** True where an enrolled worker of one of the species serves it and has an address. */
        available: z.boolean(),
      }),
    ),
    count: z.int(),
  }),
  rest: { method: "GET", path: "/wcp/capabilities" },
  trpc: "query",
  async run({ hall, ...context }) {
    const snapshot = await hall.snapshots.refresh(callerOf(context).tenantId);
    if (!snapshot) return { capabilities: [], count: 0 };
    const { program, engine } = snapshot;
    const capabilities = [...program.capabilities].sort().map((capability) => {
      const serving = [...engine.workers.values()]
        .flat()
        .filter((worker) => worker.capabilities.has(capability));
      return {
        capability_id: capability,
        worker_species: [...new Set(serving.map((worker) => worker.speciesId))].sort(),
        available: serving.some((worker) => worker.available && worker.transportDigest !== null),
      };
    });
    return { capabilities, count: capabilities.length };
  },
});
