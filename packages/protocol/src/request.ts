import { z } from "zod";
import { type CapabilityId, canonicalId, isPrintable } from "./ids.ts";
import { longStrings } from "./long-strings.ts";

/** What an agent asks for (contract 2.1), and how the Hall reads it at its door. */

export const Env = z.enum(["dev", "stage", "prod", "edge"]);
export type Env = z.infer<typeof Env>;

export const DataLabel = z.enum(["PUBLIC", "INTERNAL", "RESTRICTED"]);
export type DataLabel = z.infer<typeof DataLabel>;

export const TenantRisk = z.enum(["low", "medium", "high"]);
export type TenantRisk = z.infer<typeof TenantRisk>;

/** A value for some environments; the others have none. */
export function perEnv<T extends z.ZodType>(value: T) {
  return z.strictObject({
    dev: value.optional(),
    stage: value.optional(),
    prod: value.optional(),
    edge: value.optional(),
  });
}

/** P0 is the most critical and the most governed. */
export const QosClass = z.enum(["P0", "P1", "P2", "P3"]);
export type QosClass = z.infer<typeof QosClass>;

const JsonObject = z.record(z.string(), z.unknown());

/**
 * RouteInput as it arrives. `tenant_id` and `correlation_id` may be absent or blank here, because each of
 * those has a deny code of its own further down the pipeline; a value that is not printable is invalid.
 */
export const RouteInput = z.object({
  capability_id: z
    .string()
    .refine((text) => canonicalId("cap", text) !== null, "expected an id like cap.doc.summarize"),
  env: Env,
  data_label: DataLabel,
  tenant_risk: TenantRisk,
  qos_class: QosClass,
  tenant_id: z.string().refine(isBlankOrPrintable, "expected 1 to 128 printable characters").default(""),
  correlation_id: z.string().refine(isBlankOrPrintable, "expected 1 to 128 printable characters").default(""),
  request: JsonObject.default({}),
  blast_radius: JsonObject.nullish(),
  blast_score: z.int().min(0).max(100).nullish(),
  privilege_context: JsonObject.nullish(),
  dry_run: z.boolean().default(false),
  tenant_credential: z.string().nullish(),
  policy_version: z
    .string()
    .refine(isPrintable, "expected 1 to 128 printable characters")
    .default("policy.v0"),
});
export type RouteInput = z.infer<typeof RouteInput>;

/** One thing wrong with a request: where, and what was expected. */
export interface InputProblem {
  path: string;
  expected: string;
}

/** What the door made of a request body. Both are decided, and both get a receipt. */
export type ReadRouteInput =
  | { valid: true; input: RouteInput; capability: CapabilityId; warnings: string[] }
  | { valid: false; problems: InputProblem[]; warnings: string[] };

const KNOWN = new Set(Object.keys(RouteInput.shape));
const PROBLEMS_MAX = 10;

/**
 * Reads a RouteInput from a JSON object. Never throws: what breaks the schema is an answer
 * (`DENY_INVALID_INPUT`). Fields that WCP does not know are not read and are named in `warnings`.
 */
export function readRouteInput(value: Record<string, unknown>): ReadRouteInput {
  const warnings: string[] = [];
  for (const key of Object.keys(value)) {
    if (!KNOWN.has(key)) warnings.push(`${shown(key)} is not a field of RouteInput and was not read`);
  }
  if (warnings.length > PROBLEMS_MAX) warnings.splice(PROBLEMS_MAX, Number.POSITIVE_INFINITY, "…");
  const quick = readUsual(value);
  if (quick !== null) return { valid: true, ...quick, warnings };
  const read = RouteInput.safeParse(value);
  if (!read.success) {
    const problems = read.error.issues
      .slice(0, PROBLEMS_MAX)
      .map((issue) => ({ path: issue.path.map(String).join(".") || "$", expected: issue.message }));
    return { valid: false, problems, warnings };
  }
  // Every other string is bounded by its own schema.
  const { tenant_credential, blast_radius, privilege_context } = read.data;
  const problems = longStrings({ tenant_credential, blast_radius, privilege_context });
  if (problems.length > 0) return { valid: false, problems, warnings };
  const capability = canonicalId("cap", read.data.capability_id) as CapabilityId;
  return { valid: true, input: read.data, capability, warnings };
}

/**
 * What nearly every request looks like, read without the schema: on this road its price would be felt. Whatever is
 * not plainly good goes to the schema, which alone says what is wrong; a test holds the two against each other.
 */
function readUsual(value: Record<string, unknown>): { input: RouteInput; capability: CapabilityId } | null {
  const { capability_id, env, data_label, tenant_risk, qos_class, tenant_id, correlation_id } = value;
  const { request = {}, blast_score, dry_run = false, policy_version = "policy.v0" } = value;
  if (value.blast_radius != null || value.privilege_context != null || value.tenant_credential != null)
    return null;
  if (!is(Env, env) || !is(DataLabel, data_label) || !is(TenantRisk, tenant_risk) || !is(QosClass, qos_class))
    return null;
  if (!isPlain(tenant_id) || !isPlain(correlation_id) || !isPlain(policy_version)) return null;
  if (typeof capability_id !== "string" || typeof dry_run !== "boolean") return null;
  if (typeof request !== "object" || request === null || Array.isArray(request)) return null;
  if (
    blast_score != null &&
    !(Number.isInteger(blast_score) && (blast_score as number) >= 0 && (blast_score as number) <= 100)
  )
    return null;
  const capability = canonicalId("cap", capability_id);
  if (capability === null) return null;
  const input = {
    capability_id,
    env,
    data_label,
    tenant_risk,
    qos_class,
    tenant_id,
    correlation_id,
    request: request as Record<string, unknown>,
    blast_radius: value.blast_radius as null | undefined,
    blast_score: blast_score as number | null | undefined,
    privilege_context: value.privilege_context as null | undefined,
    dry_run,
    tenant_credential: value.tenant_credential as null | undefined,
    policy_version,
  };
  for (const name of ["blast_radius", "blast_score", "privilege_context", "tenant_credential"] as const)
    if (input[name] === undefined) delete input[name];
  return { input, capability: capability as CapabilityId };
}

function is<T extends string>(allowed: z.ZodType<T> & { options: readonly T[] }, value: unknown): value is T {
  return (allowed.options as readonly unknown[]).includes(value);
}

/** Visible ASCII, so printable beyond doubt. */
function isPlain(value: unknown): value is string {
  return typeof value === "string" && value.length <= 128 && /^[!-~]+$/.test(value);
}

function isBlankOrPrintable(text: string): boolean {
  return text.length <= 128 && (text.trim() === "" || isPrintable(text));
}

/** A key that a stranger chose, made safe to print in an answer. */
function shown(key: string): string {
  const name = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  return isPrintable(name) ? name : JSON.stringify(name).replaceAll(/[^\x20-\x7e]/g, "?");
}
