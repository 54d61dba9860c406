import { listIdentities } from "@guildhall/db";
import { AGREEMENT_TEMPLATES, DataLabel, Env, SignatoryId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const templates = operation({
  name: "agreement.templates",
  summary: "What an agreement is drafted from, how far its terms may reach, and the identities it may name.",
  permission: "agreement:read",
  input: z.strictObject({}),
  output: z.object({
    hall: z.string(),
    identities: z.array(SignatoryId),
    templates: z.array(
      z.object({
        template_id: z.string(),
        name: z.string(),
        description: z.string(),
        clauses: z.array(z.string()),
        limits: z.object({
          environments: z.array(Env),
          data_labels: z.array(DataLabel),
          max_blast_score: z.int(),
          days: z.int().nullable(),
        }),
      }),
    ),
  }),
  rest: { method: "GET", path: "/wcp/agreement-templates" },
  trpc: "query",
  async run({ hall, ...context }) {
    const identities = await asCaller(hall, callerOf(context), listIdentities);
    return { hall: hall.settings.origin, identities, templates: [...AGREEMENT_TEMPLATES] };
  },
});
