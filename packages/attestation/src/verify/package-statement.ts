import {
  PACKAGE_DIGEST,
  PACKAGE_PREDICATE_TYPE,
  PackageStatement,
  readStrictJson,
  SignedManifest,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
  StrictJsonError,
} from "@guildhall/protocol";
import { type EnvelopeCode, openEnvelope } from "./dsse.ts";

/**
 * What a namespace says of a package: an in-toto Statement (v1) in a DSSE envelope, whose predicate is the whole
 * manifest.
 */
export type StatementVerdict =
  | { ok: true; manifest: SignedManifest; signedBy: Uint8Array<ArrayBuffer>[] }
  | { ok: false; code: EnvelopeCode | StatementCode; message: string };

export type StatementCode = "STATEMENT_MALFORMED" | "STATEMENT_TYPE_OTHER" | "STATEMENT_SUBJECT_OTHER";

/** Verifies an envelope with a namespace's keys and reads the manifest from the very bytes that were verified. */
export async function verifyPackageStatement(
  envelope: string | Uint8Array,
  keys: readonly Uint8Array<ArrayBuffer>[],
): Promise<StatementVerdict> {
  const opened = await openEnvelope(envelope, { payloadType: STATEMENT_PAYLOAD_TYPE, keys });
  if (!opened.ok) return opened;
  const statement = PackageStatement.safeParse(readOnce(opened.payload)).data;
  if (statement === undefined)
    return no("STATEMENT_MALFORMED", "Expected an in-toto statement, strict JSON.");
  if (statement._type !== STATEMENT_TYPE || statement.predicateType !== PACKAGE_PREDICATE_TYPE)
    return no("STATEMENT_TYPE_OTHER", `Expected a predicate of type ${PACKAGE_PREDICATE_TYPE}.`);
  const manifest = SignedManifest.safeParse(statement.predicate).data;
  if (manifest === undefined)
    return no("STATEMENT_MALFORMED", "Expected a predicate that is an awp.v1 manifest.");
  const [subject] = statement.subject;
  if (subject?.name !== manifest.worker_id || subject.digest[PACKAGE_DIGEST] !== manifest.package_hash)
    return no(
      "STATEMENT_SUBJECT_OTHER",
      "Expected the worker and the package hash of the predicate as subject.",
    );
  return { ok: true, manifest, signedBy: opened.signedBy };
}

/** Null where it is no strict JSON: repeated keys, trailing bytes, anything with two readings. */
function readOnce(payload: Uint8Array): unknown {
  try {
    return readStrictJson(payload);
  } catch (error) {
    if (error instanceof StrictJsonError) return null;
    throw error;
  }
}

function no(code: StatementCode, message: string): StatementVerdict {
  return { ok: false, code, message };
}
