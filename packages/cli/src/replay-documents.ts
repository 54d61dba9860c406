import { documentDigest, recordHash } from "@guildhall/attestation";
import {
  type JsonNode,
  Profile,
  plainValue,
  RuleBundle,
  readStrictJsonWithLexemes,
  type StrictJson,
  WorkerRecord,
} from "@guildhall/protocol";
import { UsageError } from "./command.ts";
import { notStrict, readJson } from "./read-json.ts";

/** A document that a decision may name, and what it is named by. */
export interface Named<Document> {
  document: Document;
  /** Of the text as it stands and, where they differ, of what it means with every default written out. */
  digests: readonly string[];
}

/** A bundle that was published may be larger than one that is sent: every default is written out. */
const LIMITS = { maxKeys: Number.POSITIVE_INFINITY };

/** @param name what the text is, for a person; @throws UsageError */
export function bundleIn(text: Uint8Array | string, name: string): Named<RuleBundle> {
  return parsed(readJson(text, name, LIMITS), RuleBundle, name, "; `hall rules lint` tells everything");
}

/** @param name what the text is, for a person; @throws UsageError */
export function profileIn(text: Uint8Array | string, name: string): Named<Profile> {
  return parsed(readJson(text, name, LIMITS), Profile, name);
}

/** @param name what the text is, for a person; @throws UsageError */
export function recordIn(text: Uint8Array | string, name: string): Named<WorkerRecord> {
  let node: JsonNode;
  try {
    node = readStrictJsonWithLexemes(text, { ...LIMITS, bigIntegers: true });
  } catch (cause) {
    throw notStrict(cause, name);
  }
  const hash = recordHash(node);
  // Who enrolls may leave the hash to be computed.
  const value = plainValue(node);
  const record = typeof value === "object" ? { artifact_hash: hash, ...value } : value;
  const { document } = parsed(record as StrictJson, WorkerRecord, name);
  return { document, digests: [hash] };
}

interface Schema<Document> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: Document }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

function parsed<Document>(
  value: StrictJson,
  schema: Schema<Document>,
  name: string,
  advice = "",
): Named<Document> {
  const read = schema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    throw new UsageError(`${name} is not what it should be${where}: ${issue?.message}${advice}.`);
  }
  return { document: read.data, digests: [...new Set([documentDigest(value), documentDigest(read.data)])] };
}
