import { z } from "zod";
import { Decision, Outcome } from "./decision.ts";
import { ArtifactHash, HALL_CHAIN, Instant, ReceiptId, Sha256Hex, TenantId } from "./ids.ts";

/**
 * The receipt: frozen from the first migration on (ARCHITECTURE 6, ledger).
 *
 * A body is canonical JSON (RFC 8785) with whole numbers only. `receipt_hash` is the SHA-256 of those bytes,
 * and those 32 bytes are the leaf of the log. `receipt_hash` and `signature` stand beside the body on the
 * wire and are the only fields that are not hashed.
 */

/** The version of this format; part of every hashed body. */
export const SPEC_VERSION = "wcp-0.2/receipt-1";

/** Closed and append-only. A verifier answers a kind it does not know with "unknown kind, signature good". */
export const RECEIPT_KINDS = [
  "decision",
  "outcome",
  "grant",
  "approval",
  "ban",
  "feed",
  "stop",
  "rule",
  "policy",
  "profile",
  "worker",
  "key",
  "role",
  "attestation",
  "certification",
  "agreement",
  "tenant",
  "session",
  "access",
  "export",
  "retention",
  "config",
  "notice",
  "alert",
] as const;
export const ReceiptKind = z.enum(RECEIPT_KINDS);
export type ReceiptKind = z.infer<typeof ReceiptKind>;

/** Who did it: an API key, a person, a worker, or the Hall itself. */
export const Actor = z.strictObject({
  kind: z.enum(["key", "person", "worker", "hall"]),
  id: z.string().max(128),
});
export type Actor = z.infer<typeof Actor>;

/** What every body carries, whatever its kind. The writer assigns these; nobody else may. */
const envelope = {
  actor: Actor,
  /** The tenant whose chain this is, or HALL_CHAIN. */
  chain: TenantId,
  /** When it was decided, by the deciding instance's clock: the engine's `now`. */
  decided_at: Instant,
  /** The log's origin: which Hall. */
  hall: z.string(),
  leaf_index: z.int().min(0),
  /** When it was sequenced: never earlier than the entry before it in the log. */
  logged_at: Instant,
  prev_receipt_hash: Sha256Hex.nullable(),
  receipt_id: ReceiptId,
  /** 128 random bits in hex, so that nobody can guess a body behind its leaf. */
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  /** Gap-free within the chain, from 0. */
  seq: z.int().min(0),
  signing_key_id: z.string(),
  /** What holds the key: `software file`, `software token: SoftHSM v2 …`. Receipts of before do not say. */
  signing_module: z.string().max(256).optional(),
  spec_version: z.literal(SPEC_VERSION),
};

/** The fields that sequencing fills in; everything else of a body is known before. */
export const SEQUENCED_FIELDS = ["leaf_index", "logged_at", "prev_receipt_hash", "seq"] as const;
export type SequencedField = (typeof SEQUENCED_FIELDS)[number];

/** A decision: the minimum of the specification (5.7) by its own names, then the engine's answer whole. */
export const DecisionBody = z.strictObject({
  ...envelope,
  kind: z.literal("decision"),
  tenant_id: z.string().nullable(),
  correlation_id: z.string().nullable(),
  capability_id: z.string().nullable(),
  worker_id: z.string().nullable(),
  policy_decision: Outcome,
  controls_verified: z.array(z.string()),
  worker_attestation_checked: z.boolean(),
  worker_attestation_valid: z.boolean().nullable(),
  /**
   * Where a package is registered: salted commitments to its hash and to what was measured, the salts kept beside the
   * receipts that are named. Nobody learns from them what a forgery would have to hash to.
   */
  registered_hash: ArtifactHash.optional(),
  current_hash: ArtifactHash.nullable().optional(),
  attestation_receipt_id: ReceiptId.optional(),
  measurement_receipt_id: ReceiptId.nullable().optional(),
  /** Salted commitment to the request's payload; the salt is kept with the payload, not here. */
  artifact_hash: ArtifactHash,
  /** Set where this decision starts work. */
  dispatched_at: Instant.nullable(),
  /** Work that has no seal by then is never started (ARCHITECTURE 3a). */
  start_by: Instant.nullable(),
  /** Where a human is awaited: who acts later acts on nothing. */
  approval_expires_at: Instant.optional(),
  decision: Decision,
});
export type DecisionBody = Omit<z.infer<typeof DecisionBody>, "decision"> & { decision: Decision };

export const DispatchEnd = z.enum(["succeeded", "failed", "aborted", "dead_lettered"]);
export type DispatchEnd = z.infer<typeof DispatchEnd>;

/** How a dispatch ended: the second receipt, which closes the first one. */
export const OutcomeBody = z.strictObject({
  ...envelope,
  kind: z.literal("outcome"),
  /** The decision that started the work. */
  decision_id: ReceiptId,
  worker_id: z.string(),
  status: DispatchEnd,
  /** A code that says why it did not succeed, or null. */
  reason: z.string().max(64).nullable(),
  attempts: z.int().min(0),
  started_at: Instant.nullable(),
  ended_at: Instant,
  /** Salted commitment to what the worker answered, or null where nothing came. */
  result_hash: ArtifactHash.nullable(),
});
export type OutcomeBody = z.infer<typeof OutcomeBody>;

/** Every other kind: an act of administration, what it was done to, and its facts. */
export const ActBody = z.strictObject({
  ...envelope,
  kind: ReceiptKind.exclude(["decision", "outcome"]),
  /** A verb in the past tense: `created`, `revoked`, `enrolled`. */
  action: z.string().regex(/^[a-z]+(?:_[a-z]+)*$/),
  /** The id of what was acted on. */
  subject: z.string().max(256),
  details: z.record(z.string(), z.json()),
});
export type ActBody = z.infer<typeof ActBody>;

export const ReceiptBody = z.discriminatedUnion("kind", [DecisionBody, OutcomeBody, ActBody]);
export type ReceiptBody = DecisionBody | OutcomeBody | ActBody;

/** A body before sequencing. */
export type UnsequencedBody =
  | Omit<DecisionBody, SequencedField>
  | Omit<OutcomeBody, SequencedField>
  | Omit<ActBody, SequencedField>;

/** A receipt on the wire: its body, the body's hash, and WCP's signature where the Hall makes one. */
export type Receipt = ReceiptBody & {
  receipt_hash: Sha256Hex;
  /** Ed25519 over the 64 ASCII characters of `receipt_hash`, base64; null where the checkpoint alone seals. */
  signature: string | null;
};

/** What makes a receipt checkable by a stranger: where it stands in a log whose head is signed. */
export const Seal = z.strictObject({
  /** A C2SP checkpoint (signed note) that covers the receipt's leaf. */
  checkpoint: z.string().max(16_384),
  /** RFC 6962 inclusion proof, from the leaf upwards, base64. */
  inclusion_proof: z.array(z.string()).max(63),
});
export type Seal = z.infer<typeof Seal>;

/** A receipt with its seal: everything a verifier needs but the public key. */
export interface SealedReceipt {
  receipt: Receipt;
  seal: Seal;
}

export function isHallChain(chain: TenantId): boolean {
  return chain === HALL_CHAIN;
}
