import { z } from "zod";

/**
 * The identifiers of WCP, branded so that a capability cannot be passed where a worker is meant.
 *
 * Canonical form (contract 1.3): lower case, hyphens, no version suffix. The published texts spell some
 * ids with underscores and others with hyphens, and a rule that lists the other spelling of a control
 * must not switch that control off: so ids of the reserved prefixes are compared in canonical form only.
 */

const RESERVED = /^(?:cap|wrk|ctrl|pol|prof|evt)(?:\.[a-z0-9]+(?:[-_][a-z0-9]+)*){1,3}$/;
const LEGACY_VERSION = /\.v[0-9]+$/;
const WORKER = /^(?:org|x)(?:\.[a-z0-9]+(?:-[a-z0-9]+)*){2,}$/;
const PROTOCOL_ID_MAX = 64;
const WORKER_ID_MAX = 128;
const OPAQUE_MAX = 128;

/** C0, DEL, C1, line and paragraph separators, bidi controls, zero-width characters, noncharacters. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/** True for a string that people and logs can show as it stands: not blank, at most 128 characters. */
export function isPrintable(text: string): boolean {
  return text.length <= OPAQUE_MAX && text.trim() !== "" && !UNPRINTABLE.test(text);
}

export type ReservedPrefix = "cap" | "wrk" | "ctrl" | "pol" | "prof" | "evt";

/**
 * The canonical form of an id of a reserved prefix, or null where the text is not such an id.
 * Both spellings (`_` and `-`) are read; a trailing `.v1` of a legacy record is dropped.
 */
export function canonicalId(prefix: ReservedPrefix, text: string): string | null {
  if (text.length > PROTOCOL_ID_MAX || !text.startsWith(`${prefix}.`)) return null;
  const bare = text.replace(LEGACY_VERSION, "");
  return RESERVED.test(bare) ? bare.replaceAll("_", "-") : null;
}

/** A schema that reads both spellings and gives the canonical id. */
function reservedId<Brand extends string>(prefix: ReservedPrefix, brand: Brand, example: string) {
  return z
    .string()
    .transform((text, ctx) => {
      const canonical = canonicalId(prefix, text);
      if (canonical === null) {
        ctx.addIssue({ code: "custom", message: `expected an id like ${example}` });
        return z.NEVER;
      }
      return canonical;
    })
    .brand(brand);
}

export const CapabilityId = reservedId("cap", "CapabilityId", "cap.doc.summarize");
export type CapabilityId = z.infer<typeof CapabilityId>;

/**
 * A capability, or everything under a prefix: `cap.doc.*` means each capability that begins with `cap.doc.`, in the
 * canonical form. `cap.*` is every capability.
 */
export const CapabilityPattern = z
  .string()
  .transform((text, ctx) => {
    const canonical = text.endsWith(".*") ? canonicalPrefix(text) : canonicalId("cap", text);
    if (canonical === null) {
      ctx.addIssue({
        code: "custom",
        message: "expected an id like cap.doc.summarize, or a prefix like cap.doc.*",
      });
      return z.NEVER;
    }
    return canonical;
  })
  .brand("CapabilityPattern");
export type CapabilityPattern = z.infer<typeof CapabilityPattern>;

/** `cap.doc.*` in canonical form, or null where it is no prefix. */
function canonicalPrefix(text: string): string | null {
  const prefix = text.slice(0, -2);
  if (prefix === "cap") return text;
  // With one more segment a prefix is an id; below four segments there is nothing.
  const id = canonicalId("cap", `${prefix}.x`);
  return id === null ? null : `${id.slice(0, -".x".length)}.*`;
}

/** True where the pattern names the capability or a prefix of it. */
export function coversCapability(pattern: CapabilityPattern, capability: CapabilityId): boolean {
  return pattern.endsWith(".*")
    ? capability.startsWith(pattern.slice(0, -1))
    : pattern === (capability as string);
}

export const SpeciesId = reservedId("wrk", "SpeciesId", "wrk.doc.summarizer");
export type SpeciesId = z.infer<typeof SpeciesId>;

export const ControlId = reservedId("ctrl", "ControlId", "ctrl.obs.audit-log-append-only");
export type ControlId = z.infer<typeof ControlId>;

export const PolicyId = reservedId("pol", "PolicyId", "pol.sandbox.default-deny");
export type PolicyId = z.infer<typeof PolicyId>;

export const ProfileId = reservedId("prof", "ProfileId", "prof.prod.strict");
export type ProfileId = z.infer<typeof ProfileId>;

/** `<authority namespace>.<name>[.<instance>]`: trust attaches to the namespace, never to the species. */
export const WorkerId = z
  .string()
  .max(WORKER_ID_MAX)
  .regex(WORKER, "expected a worker id like org.acme.summarizer or x.login.summarizer.i-1")
  .brand("WorkerId");
export type WorkerId = z.infer<typeof WorkerId>;

/** The authority namespace of a worker: its first two segments. */
export function namespaceOf(worker: WorkerId): string {
  return worker.split(".", 2).join(".");
}

const opaque = (what: string) =>
  z.string().refine(isPrintable, `expected ${what}: 1 to 128 printable characters`);

/** On the wire `tenant_id` names a signatory identity: opaque, owned by the key's tenant, echoed as sent. */
export const SignatoryId = opaque("a signatory identity").brand("SignatoryId");
export type SignatoryId = z.infer<typeof SignatoryId>;

export const CorrelationId = opaque("a correlation id").brand("CorrelationId");
export type CorrelationId = z.infer<typeof CorrelationId>;

export const RuleId = opaque("a rule id").brand("RuleId");
export type RuleId = z.infer<typeof RuleId>;

/** A tenant inside the Hall. Never on the wire: there a tenant is known by its signatory identities. */
export const TenantId = z.uuid().brand("TenantId");
export type TenantId = z.infer<typeof TenantId>;

/** The chain of the Hall's own acts; it stands where a tenant id stands. */
export const HALL_CHAIN = "00000000-0000-4000-8000-000000000000" as TenantId;

/** UUIDv7 (RFC 9562). A decision and the receipt that records it share one id. */
export const ReceiptId = z.uuidv7().brand("ReceiptId");
export type ReceiptId = z.infer<typeof ReceiptId>;

export const KeyId = z.uuid().brand("KeyId");
export type KeyId = z.infer<typeof KeyId>;

/** SHA-256 as 64 lower-case hex digits. */
export const Sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hex digits")
  .brand("Sha256Hex");
export type Sha256Hex = z.infer<typeof Sha256Hex>;

/** `sha256:` and 64 lower-case hex digits: how the wire writes an artifact hash. */
export const ArtifactHash = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and 64 lower-case hex digits")
  .brand("ArtifactHash");
export type ArtifactHash = z.infer<typeof ArtifactHash>;

/** RFC 3339 in UTC with milliseconds, exactly as `Date.prototype.toISOString` writes it. */
export const Instant = z
  .string()
  .refine((text) => {
    const time = Date.parse(text);
    return Number.isFinite(time) && new Date(time).toISOString() === text;
  }, "expected a UTC instant like 2026-11-23T16:00:00.000Z")
  .brand("Instant");
export type Instant = z.infer<typeof Instant>;

/** @param ms milliseconds since the epoch */
export function instant(ms: number): Instant {
  if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() as Instant };
  return last.text;
}

/** Many receipts are of one millisecond. */
let last = { ms: 0, text: new Date(0).toISOString() as Instant };
