import {
  AttestationMethod,
  DataLabel,
  Env,
  NetworkEgress,
  QosClass,
  RiskTier,
  TenantRisk,
} from "@guildhall/protocol";

/** How expressions call the type of a fact. */
export type FactType = "string" | "bool" | "int" | "list<string>" | "timestamp";

export interface PolicyField {
  readonly name: string;
  readonly type: FactType;
  /** One sentence, for people. */
  readonly description: string;
  /** What it is in an everyday request; a timestamp in milliseconds since the epoch. */
  readonly everyday: string | boolean | number | readonly string[];
  /** The only values that it ever has, where these can be listed. */
  readonly values?: readonly string[];
}

export type PolicyVariable =
  | { readonly name: string; readonly description: string; readonly fields: readonly PolicyField[] }
  | (PolicyField & { readonly type: "timestamp" });

/** No string among the facts is longer, in UTF-16 code units. */
export const FACT_LENGTH_MAX = 128;
/** No list among the facts has more entries. */
export const FACT_ENTRIES_MAX = 1000;

/**
 * Every variable that an expression may name: what is declared here is what compiles, what an everyday request has, and
 * what an editor offers.
 */
export const POLICY_VARIABLES = [
  {
    name: "request",
    description: "What the agent asks for.",
    fields: [
      {
        name: "capability_id",
        type: "string",
        description: "The capability asked for, in its canonical spelling.",
        everyday: "cap.doc.summarize",
      },
      {
        name: "env",
        type: "string",
        description: "The environment the work runs in.",
        everyday: "dev",
        values: Env.options,
      },
      {
        name: "data_label",
        type: "string",
        description: "How sensitive the data is.",
        everyday: "PUBLIC",
        values: DataLabel.options,
      },
      {
        name: "tenant_risk",
        type: "string",
        description: "The risk of the tenant, as the caller states it.",
        everyday: "low",
        values: TenantRisk.options,
      },
      {
        name: "qos_class",
        type: "string",
        description: "How critical the work is, P0 the most.",
        everyday: "P2",
        values: QosClass.options,
      },
      {
        name: "tenant_id",
        type: "string",
        description: "The signatory identity on whose behalf the agent asks.",
        everyday: "tenant-1",
      },
      {
        name: "policy_version",
        type: "string",
        description: "The policy version that the caller names.",
        everyday: "policy.v0",
      },
      { name: "dry_run", type: "bool", description: "True where nothing is to be run.", everyday: false },
      {
        name: "egress",
        type: "bool",
        description: "True where the payload says that data leaves.",
        everyday: false,
      },
      {
        name: "external_call",
        type: "bool",
        description: "True where the payload says that others are called.",
        everyday: false,
      },
      {
        name: "writes",
        type: "bool",
        description: "True where the payload says that something is written.",
        everyday: false,
      },
      {
        name: "mutates_state",
        type: "bool",
        description: "True where the payload says that state changes.",
        everyday: false,
      },
      {
        name: "blast_score",
        type: "int",
        description: "The blast score that the caller claims, 0 to 100; -1 where it claims none.",
        everyday: -1,
      },
    ],
  },
  {
    name: "worker",
    description: "The worker that was selected.",
    fields: [
      { name: "worker_id", type: "string", description: "Its id.", everyday: "org.acme.summarizer" },
      { name: "species_id", type: "string", description: "Its species.", everyday: "wrk.doc.summarizer" },
      {
        name: "namespace",
        type: "string",
        description: "The authority it belongs to: the first two segments of its id.",
        everyday: "org.acme",
      },
      {
        name: "risk_tier",
        type: "string",
        description: "Its risk tier; unknown where its record names none.",
        everyday: "low",
        values: [...RiskTier.options, "unknown"],
      },
      {
        name: "network_egress",
        type: "string",
        description: "What its privilege envelope lets it reach.",
        everyday: "none",
        values: NetworkEgress.options,
      },
      {
        name: "attestation",
        type: "string",
        description: "How its code was shown to be what was registered; none where it was not.",
        everyday: "none",
        values: ["none", ...AttestationMethod.options],
      },
      {
        name: "capabilities",
        type: "list<string>",
        description: "The capabilities that its record names.",
        everyday: ["cap.doc.summarize"],
      },
      {
        name: "controls",
        type: "list<string>",
        description: "The controls that it implements itself.",
        everyday: [],
      },
      {
        name: "certified",
        type: "bool",
        description: "True where it has a live certification for this work.",
        everyday: false,
      },
      {
        name: "dimension_sum",
        type: "int",
        description: "The five dimensions of its record added up, 0 to 25.",
        everyday: 0,
      },
    ],
  },
  {
    name: "tenant",
    description: "The tenant that asks, as the Hall knows it.",
    fields: [
      { name: "identity", type: "string", description: "Its signatory identity.", everyday: "tenant-1" },
      {
        name: "status",
        type: "string",
        description: "Whether it may work at all.",
        everyday: "active",
        values: ["active", "suspended"],
      },
    ],
  },
  {
    name: "agreement",
    description: "The agreement in force for this work; empty where there is none.",
    fields: [
      { name: "in_force", type: "bool", description: "True where there is one.", everyday: false },
      { name: "agreement_id", type: "string", description: "Its id, or empty text.", everyday: "" },
      { name: "version", type: "int", description: "Its version, or 0.", everyday: 0 },
      {
        name: "max_blast_score",
        type: "int",
        description: "The highest blast score that was agreed to, or 0.",
        everyday: 0,
      },
    ],
  },
  {
    name: "chain",
    description: "The work done so far under the same correlation id.",
    fields: [
      {
        name: "dimension_sum",
        type: "int",
        description: "The dimensions it has added up, without this worker.",
        everyday: 0,
      },
    ],
  },
  {
    name: "blast",
    description: "How much harm this work could do.",
    fields: [
      {
        name: "score",
        type: "int",
        description: "The score that counts, 0 to 100: the highest of all parts.",
        everyday: 10,
      },
      { name: "heuristic", type: "int", description: "What the request alone says.", everyday: 10 },
      { name: "dimensions", type: "int", description: "What the worker's record says.", everyday: 0 },
      { name: "chain", type: "int", description: "What the chain adds up to with it.", everyday: 0 },
      {
        name: "dimension_sum",
        type: "int",
        description: "The dimensions of the worker added up, 0 to 25.",
        everyday: 0,
      },
    ],
  },
  {
    name: "now",
    type: "timestamp",
    description: "When the request is decided; its hours and days are those of UTC.",
    // A Wednesday, 2026-01-07T12:00:00Z.
    everyday: 1_767_787_200_000,
  },
] as const satisfies readonly PolicyVariable[];

/** The variables by name; those of one value have no fields. A map, because authors choose the names that are looked up. */
export const FIELDS_BY_VARIABLE: ReadonlyMap<string, ReadonlyMap<string, PolicyField>> = new Map(
  POLICY_VARIABLES.map((variable) => [
    variable.name,
    new Map(
      "fields" in variable
        ? variable.fields.map((field: PolicyField): [string, PolicyField] => [field.name, field])
        : [],
    ),
  ]),
);
