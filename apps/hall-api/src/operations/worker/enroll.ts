import { randomUUID } from "node:crypto";
import { recordHash } from "@guildhall/attestation";
import { enrollWorker } from "@guildhall/db";
import {
  HallError,
  type JsonNode,
  longStrings,
  plainValue,
  readStrictJsonWithLexemes,
  recordText,
  WorkerRecord,
} from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

/** Enrolls a registry record, byte-compatible with existing clients (contract 8a). */
export const enroll = operation({
  name: "worker.enroll",
  summary: "Enroll a worker's registry record, or replace the one enrolled under the same worker_id.",
  permission: "worker:enroll",
  // Kept open: unknown fields of a record are hashed and stored. The order of the checks is the contract's.
  input: z.record(z.string(), z.unknown()),
  output: z.object({
    enrolled: z.literal(true),
    enrollment_id: z.uuid().optional(),
    updated: z.literal(true).optional(),
    worker_id: z.string(),
    enrolled_at: z.string().optional(),
    artifact_hash_verified: z.literal(true),
    receipt_id: z.uuid(),
  }),
  rest: { method: "POST", path: "/enroll", status: 201, also: [200], shows: WorkerRecord },
  async run({ hall, request, ...context }) {
    const caller = callerOf(context);
    // The record's hash covers its numbers as they were written, so it is read from the bytes that came.
    const node = readStrictJsonWithLexemes(request.rawBody ?? new Uint8Array(), { bigIntegers: true });
    const { record, hash } = checkRecord(node);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const enrollmentId = randomUUID();
    const { act, enrolled } = await asCaller(hall, caller, async (tx) => {
      const enrolled = await enrollWorker(tx, {
        tenantId: caller.tenantId,
        workerId: record.worker_id,
        enrollmentId,
        speciesId: record.worker_species_id,
        recordHash: hash,
        record: storedText(node, hash),
      });
      const act = await hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "worker",
          action: enrolled.created ? "enrolled" : "updated",
          subject: record.worker_id,
          details: { worker_record_hash: hash, worker_species_id: record.worker_species_id },
        },
        nowMs,
        // A new record may hold less than the one that decisions in flight were made with.
        enrolled.created ? "none" : "tenant",
      );
      return { act, enrolled };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    const answer = {
      worker_id: record.worker_id,
      artifact_hash_verified: true,
      receipt_id: act.receiptId,
    } as const;
    if (enrolled.created)
      return {
        enrolled: true as const,
        enrollment_id: enrollmentId,
        ...answer,
        enrolled_at: enrolled.enrolledAt.toISOString(),
      };
    request.setStatus(200);
    return { enrolled: true as const, updated: true as const, ...answer };
  },
});

/** The checks in the contract's order: worker_id, species, capabilities, artifact_hash, its value, the rest. */
function checkRecord(node: JsonNode): { record: WorkerRecord; hash: string } {
  const value = plainValue(node) as Record<string, unknown>;
  const invalid = (path: string, expected: string) =>
    new HallError("INVALID_REQUEST", { detail: { problems: [{ path, expected }] } });
  for (const field of ["worker_id", "worker_species_id"])
    if (typeof value[field] !== "string" || value[field] === "")
      throw invalid(field, `${field} is required, a string`);
  if (!Array.isArray(value.capabilities) || value.capabilities.length === 0)
    throw invalid("capabilities", "capabilities is required, a list with at least one id");
  if (typeof value.artifact_hash !== "string")
    throw invalid("artifact_hash", "artifact_hash is required: sha256: and the record's hash");
  const hash = recordHash(node);
  if (value.artifact_hash !== hash)
    throw new HallError("RECORD_HASH_MISMATCH", {
      detail: {
        problems: [{ path: "artifact_hash", expected: "the SHA-256 of the record without artifact_hash" }],
      },
    });
  const problems = longStrings(value);
  if (problems.length > 0) throw new HallError("INVALID_REQUEST", { detail: { problems } });
  const read = WorkerRecord.safeParse(value);
  if (!read.success)
    throw new HallError("INVALID_REQUEST", {
      detail: {
        problems: read.error.issues.map((i) => ({ path: i.path.map(String).join("."), expected: i.message })),
      },
    });
  return { record: read.data, hash };
}

/** The record's canonical text with its hash put back, so that what is stored is the record itself. */
function storedText(node: JsonNode, hash: string): string {
  const text = recordText(node);
  return `{"artifact_hash":"${hash}"${text === "{}" ? "" : ","}${text.slice(1)}`;
}
