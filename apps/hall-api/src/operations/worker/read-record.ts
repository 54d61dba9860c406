import { recordHash } from "@guildhall/attestation";
import {
  HallError,
  type JsonNode,
  longStrings,
  plainValue,
  readStrictJsonWithLexemes,
  recordText,
  WorkerRecord,
} from "@guildhall/protocol";

export interface ReadRecord {
  record: WorkerRecord;
  hash: string;
  /** The record's canonical text with its hash put back, so that what is stored is the record itself. */
  text: string;
}

interface Problem {
  path: string;
  expected: string;
}

/**
 * Reads a registry record and names everything that is wrong with it at once. Its code is that of the first fault in the
 * order of contract 8a: worker_id, worker_species_id, capabilities, artifact_hash, the hash itself; existing clients read
 * that one, and people all of them.
 * @param bytes as they came: the hash covers numbers as they were written
 * @throws HallError INVALID_REQUEST, RECORD_HASH_MISMATCH; StrictJsonError
 */
export function readRecord(bytes: Uint8Array): ReadRecord {
  const node = readStrictJsonWithLexemes(bytes, { bigIntegers: true });
  const value = plainValue(node) as Record<string, unknown>;
  const missing = missingFields(value);
  const hash = recordHash(node);
  const mismatch: Problem[] =
    typeof value.artifact_hash === "string" && value.artifact_hash !== hash
      ? [{ path: "artifact_hash", expected: "the SHA-256 of the record without artifact_hash" }]
      : [];
  const read = WorkerRecord.safeParse(value);
  const named = new Set([...missing, ...mismatch].map(({ path }) => path));
  const others: Problem[] = [...longStrings(value), ...(read.success ? [] : issuesOf(read.error))].filter(
    ({ path }) => !named.has(path.split(".", 1)[0] as string),
  );
  const problems = [...missing, ...mismatch, ...others];
  if (read.success && problems.length === 0) return { record: read.data, hash, text: storedText(node, hash) };
  const isTampered = missing.length === 0 && mismatch.length > 0;
  throw new HallError(isTampered ? "RECORD_HASH_MISMATCH" : "INVALID_REQUEST", {
    detail: { problems: problems.slice(0, PROBLEMS_MAX) },
  });
}

const PROBLEMS_MAX = 100;

function missingFields(value: Record<string, unknown>): Problem[] {
  const problems: Problem[] = [];
  for (const field of ["worker_id", "worker_species_id"])
    if (typeof value[field] !== "string" || value[field] === "")
      problems.push({ path: field, expected: `${field} is required, a string` });
  if (!Array.isArray(value.capabilities) || value.capabilities.length === 0)
    problems.push({
      path: "capabilities",
      expected: "capabilities is required, a list with at least one id",
    });
  if (typeof value.artifact_hash !== "string")
    problems.push({
      path: "artifact_hash",
      expected: "artifact_hash is required: sha256: and the record's hash",
    });
  return problems;
}

function issuesOf({ issues }: { issues: readonly { path: PropertyKey[]; message: string }[] }): Problem[] {
  return issues.map(({ path, message }) => ({ path: path.map(String).join("."), expected: message }));
}

function storedText(node: JsonNode, hash: string): string {
  const text = recordText(node);
  return `{"artifact_hash":"${hash}"${text === "{}" ? "" : ","}${text.slice(1)}`;
}
