import type { Publication as StoredPublication } from "@guildhall/db";
import type { BundleFinding } from "@guildhall/engine";
import { z } from "zod";

/** How rules look from outside. */

export const BundleDigest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and 64 lower-case hex digits");

/** What stands in the history and in the publication's receipt, for people. */
export const Note = z
  .string()
  .max(1024)
  .refine((text) => !text.includes("\0"), "expected text without U+0000")
  .default("");

export const PublicationView = z.object({
  number: z.int(),
  digest: z.string(),
  previous_digest: z.string().nullable(),
  published_at: z.string(),
  /** The actor as `kind:id`. */
  published_by: z.string(),
  receipt_id: z.uuid(),
  note: z.string(),
  /** The earlier publication whose bundle this one put in force again. */
  rolled_back_from: z.int().nullable(),
  in_force: z.boolean(),
});
export type PublicationView = z.infer<typeof PublicationView>;

export function publicationView(stored: StoredPublication, inForce: boolean): PublicationView {
  return {
    number: stored.number,
    digest: stored.digest,
    previous_digest: stored.previousDigest,
    published_at: stored.publishedAt.toISOString(),
    published_by: stored.publishedBy,
    receipt_id: stored.receiptId,
    note: stored.note,
    rolled_back_from: stored.rolledBackFrom,
    in_force: inForce,
  };
}

export const FindingView = z.object({
  kind: z.string(),
  /** An error keeps a rule from ever matching; a warning makes requests fail; a note is a matter of taste. */
  severity: z.enum(["error", "warning", "note"]),
  rule_id: z.string().nullable(),
  others: z.array(z.string()),
  sentence: z.string(),
  remedy: z.string(),
});
export type FindingView = z.infer<typeof FindingView>;

export function findingView({
  kind,
  severity,
  rule_id,
  others,
  sentence,
  remedy,
}: BundleFinding): FindingView {
  return { kind, severity, rule_id, others: [...others], sentence, remedy };
}

export const ProblemView = z.object({
  rule_id: z.string().nullable(),
  path: z.string(),
  expected: z.string(),
});

/** For people: `DENY by pol.a, pol.b`, or what is wrong with the test. */
export const TestResultView = z.object({
  name: z.string(),
  passed: z.boolean(),
  expected: z.string(),
  got: z.string(),
});
