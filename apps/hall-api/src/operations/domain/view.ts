import type { NameProof } from "@guildhall/db";
import { z } from "zod";
import { recordName } from "../../names/challenge.ts";

/** A name and the record that proves it. */
export const ProofView = z.object({
  id: z.uuid(),
  kind: z.enum(["email", "namespace"]),
  name: z.string(),
  state: z.enum(["asked", "proved", "lost"]),
  /** The text record to put into the DNS: its name and its value. */
  record: z.object({ name: z.string(), type: z.literal("TXT"), value: z.string() }),
  asked_at: z.string(),
  /** Until when a first proof is taken; null once it was proved. */
  expires_at: z.string().nullable(),
  checked_at: z.string().nullable(),
  proved_at: z.string().nullable(),
  lost_at: z.string().nullable(),
});

export function proofView(proof: NameProof): z.output<typeof ProofView> {
  const { id, kind, name, provedAt, lostAt } = proof;
  return {
    ...{ id, kind, name },
    state: provedAt === null ? "asked" : lostAt === null ? "proved" : "lost",
    record: { name: recordName(proof.domain), type: "TXT", value: proof.challenge },
    asked_at: proof.askedAt.toISOString(),
    expires_at: provedAt === null ? proof.expiresAt.toISOString() : null,
    checked_at: proof.checkedAt?.toISOString() ?? null,
    proved_at: provedAt?.toISOString() ?? null,
    lost_at: lostAt?.toISOString() ?? null,
  };
}
