import { recordHash, textDigest } from "@guildhall/attestation";
import {
  findPayload,
  findReceipt,
  readAgreementVersion,
  readBundle,
  readCertificate,
  readProfileByDigest,
  readWorkerRecord,
  type StoredBundle,
  type TenantTx,
} from "@guildhall/db";
import {
  BundleError,
  type Program,
  type ReplayMaterial,
  replay as replayDecision,
  type SnapshotCertificate,
} from "@guildhall/engine";
import {
  type Agreement,
  type DecisionBody,
  HallError,
  Profile,
  plainValue,
  readStrictJson,
  readStrictJsonWithLexemes,
  StepName,
  WorkerRecord,
} from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { agreementAsSigned } from "../../snapshot/agreements.ts";
import { certificateAsSigned } from "../../snapshot/certificates.ts";
import { compileStored, EMPTY_BUNDLE } from "../../snapshot/load.ts";
import { SHIPPED } from "../../snapshot/profiles.ts";
import { callerOf, operation } from "../operation.ts";
import { decisionBody } from "./summary.ts";

export const replay = operation({
  name: "decision.replay",
  summary: "Derive a recorded decision again from its receipt and what that names by digest, and compare.",
  permission: "receipt:read",
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({
    outcome: z.enum(["same", "different", "not_derivable"]),
    /** The first place where the two differ, with canonical JSON of each side; null is nothing there. */
    difference: z
      .object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() })
      .nullable(),
    /** What is missing, and for which step. */
    not_derivable: z.array(z.object({ step: StepName, reason: z.string() })),
  }),
  rest: { method: "GET", path: "/wcp/decisions/:id/replay" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const found = await asCaller(hall, caller, async (tx) => {
      const stored = await findReceipt(tx, input.id);
      if (stored?.kind !== "decision") return null;
      const body = decisionBody(stored);
      const compiled = hall.snapshots.peek(caller.tenantId)?.program;
      return { body, material: await readMaterial(tx, body, compiled ? [compiled] : []) };
    });
    if (!found) throw new HallError("NOT_FOUND");
    const { body, material } = found;
    const again = replayDecision(body.decision, body.decided_at, material);
    return {
      outcome: again.outcome,
      difference: again.outcome === "different" ? again.difference : null,
      not_derivable: again.notDerivable.map(({ step, reason }) => ({ step, reason })),
    };
  },
});

/**
 * What the receipt names by digest, as far as it is there and is what its digest says: what was exchanged in the
 * database is no material, and counts as missing.
 * @param compiled programs at hand, used instead of compiling again
 */
export async function readMaterial(
  tx: TenantTx,
  { receipt_id, decision }: DecisionBody,
  compiled: readonly Program[],
): Promise<ReplayMaterial> {
  const { inputs, selected, profiles = [] } = decision;
  const program = await readProgram(tx, String(inputs.bundle_digest), compiled);
  const passedOver = (inputs.passed_over ?? []) as { record_hash: string }[];
  const hashes = [
    ...passedOver.map((one) => one.record_hash),
    ...(selected ? [selected.worker_record_hash] : []),
  ];
  const records = new Map<string, WorkerRecord>();
  for (const named of new Set(hashes)) {
    const record = await readRecord(tx, named);
    if (record) records.set(named, record);
  }
  const held = new Map<string, Profile>();
  for (const { digest } of profiles) {
    const profile = await readProfile(tx, digest);
    if (profile) held.set(digest, profile);
  }
  const agreements = new Map<string, Agreement>();
  for (const { digest } of (inputs.agreements ?? []) as { digest: string }[]) {
    const stored = await readAgreementVersion(tx, digest);
    const agreement = stored && agreementAsSigned(stored, digest);
    if (agreement) agreements.set(digest, agreement);
  }
  const certificates = new Map<string, SnapshotCertificate>();
  for (const { digest } of (inputs.certificates ?? []) as { digest: string }[]) {
    const stored = await readCertificate(tx, digest);
    const certificate = stored && certificateAsSigned(stored.der, digest);
    if (certificate) certificates.set(digest, certificate);
  }
  // Of a request that broke its schema the payload is the whole body; nothing else needs it.
  const payload = inputs.problems === undefined ? null : await findPayload(tx, receipt_id);
  return {
    program: (digest) => (digest === program?.digest ? program : null),
    record: (named) => records.get(named) ?? null,
    profile: (digest) => held.get(digest) ?? null,
    certificate: (digest) => certificates.get(digest) ?? null,
    agreement: (digest) => agreements.get(digest) ?? null,
    payload: payload ? readStrictJson(payload.content, { maxKeys: Number.POSITIVE_INFINITY }) : undefined,
  };
}

async function readProgram(
  tx: TenantTx,
  digest: string,
  compiled: readonly Program[],
): Promise<Program | null> {
  if (digest === EMPTY_BUNDLE.digest) return compileStored(EMPTY_BUNDLE);
  const stored = await readBundle(tx, digest);
  if (!stored || textDigest(stored.bundle) !== digest) return null;
  return compiled.find((program) => program.digest === digest) ?? compileOld(stored);
}

/** A bundle of an earlier time may be one that this engine does not take any more. */
function compileOld(stored: StoredBundle): Program | null {
  try {
    return compileStored(stored);
  } catch (error) {
    if (error instanceof BundleError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function readRecord(tx: TenantTx, named: string): Promise<WorkerRecord | null> {
  const text = await readWorkerRecord(tx, named);
  if (text === null) return null;
  // As it was enrolled: of integers that no double holds, too.
  const node = readStrictJsonWithLexemes(text, { maxKeys: Number.POSITIVE_INFINITY, bigIntegers: true });
  return recordHash(node) === named ? WorkerRecord.parse(plainValue(node)) : null;
}

async function readProfile(tx: TenantTx, digest: string): Promise<Profile | null> {
  for (const shipped of SHIPPED.values()) if (shipped.digest === digest) return shipped.profile;
  const stored = await readProfileByDigest(tx, digest);
  return stored && textDigest(stored.content) === digest ? Profile.parse(JSON.parse(stored.content)) : null;
}
