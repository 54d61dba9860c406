import { z } from "zod";
import { DataLabel, Env } from "../request.ts";

/** What an agreement is drafted from: its clauses, and how far its terms may reach. */
export const AgreementTemplate = z.strictObject({
  template_id: z.string(),
  name: z.string(),
  description: z.string(),
  /** `{hall}` and `{signatory}` stand for the parties. */
  clauses: z.array(z.string()).min(1),
  limits: z.strictObject({
    environments: z.array(Env).min(1),
    data_labels: z.array(DataLabel).min(1),
    max_blast_score: z.int().min(0).max(100),
    /** Longest validity; null is none, and then an agreement may go on until it is ended. */
    days: z.int().min(1).nullable(),
  }),
});
export type AgreementTemplate = z.infer<typeof AgreementTemplate>;

const CLAUSES = [
  "{signatory} asks the Hall {hall} to decide for the identities named here whether a capability may run, and to start it where the answer is yes.",
  "What the terms do not name is not agreed: for another capability, environment, data label or agent, above the blast score, or beyond the quotas the Hall denies.",
  "Every decision and every act on this agreement is a signed receipt of the Hall's log, which {signatory} can read and verify without the Hall.",
  "{signatory} may suspend or terminate this agreement at any time. From that entry of the log on nothing is started under it.",
  "A change is a new version, signed by both. Until it is activated the version before it stands.",
  "With its countersignature the Hall says which document it accepted. It vouches for no worker and for no result.",
];

export const AGREEMENT_TEMPLATES: readonly AgreementTemplate[] = [
  {
    template_id: "standard",
    name: "Standard",
    description: "For work of every kind that the terms name, until it is ended.",
    clauses: CLAUSES,
    limits: {
      environments: [...Env.options],
      data_labels: [...DataLabel.options],
      max_blast_score: 100,
      days: null,
    },
  },
  {
    template_id: "evaluation",
    name: "Evaluation",
    description: "For trying a Hall out: no production, nothing restricted, small blasts, 90 days at most.",
    clauses: [
      ...CLAUSES,
      "This agreement is for evaluation. It covers no production and no restricted data, and ends by itself.",
    ],
    limits: {
      environments: ["dev", "stage"],
      data_labels: ["PUBLIC", "INTERNAL"],
      max_blast_score: 50,
      days: 90,
    },
  },
];
