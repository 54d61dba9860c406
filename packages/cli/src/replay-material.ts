import { documentDigest } from "@guildhall/attestation";
import type { ReplayMaterial, SnapshotCertificate } from "@guildhall/engine";
import {
  type Agreement,
  type Decision,
  type Profile,
  SHIPPED_PROFILES,
  type StrictJson,
  type WorkerRecord,
} from "@guildhall/protocol";
import { type Io, UsageError } from "./command.ts";
import type { HallAddress } from "./hall-address.ts";
import { readFile, readInput } from "./read-input.ts";
import { isObject, readJson } from "./read-json.ts";
import { findProgram } from "./replay-bundle.ts";
import { type Named, profileIn, recordIn } from "./replay-documents.ts";
import { agreementFrom, certificateFrom, profileFrom, recordFrom } from "./replay-hall.ts";

/** Where the documents are that a decision names. */
export interface Sources {
  bundle: string | null;
  records: readonly string[];
  profiles: readonly string[];
  payload: string | null;
  hall: HallAddress | null;
}

export interface Gathered {
  material: ReplayMaterial;
  /** What the person should know about what was given and found, each a sentence. */
  remarks: string[];
  /** The digest of a bundle that is used in place of the one that decided; null where that one is used. */
  otherBundle: string | null;
}

/** @throws UsageError where something that was named cannot be read */
export async function gather(decision: Decision, sources: Sources, io: Io): Promise<Gathered> {
  const remarks: string[] = [];
  const wanted = String(decision.inputs.bundle_digest);
  const payload = sources.payload === null ? undefined : await readPayload(sources.payload, io);
  const { program, other } = await findProgram(wanted, sources, io, remarks);
  const records = await findRecords(recordsNamed(decision), sources, remarks);
  const profiles = await findProfiles(profilesNamed(decision), sources, remarks);
  const agreements = await findAgreements(decision, sources, remarks);
  const certificates = await findCertificates(decision, sources, remarks);
  return {
    material: {
      program: () => program,
      record: (hash) => records.get(hash) ?? null,
      profile: (digest) => profiles.get(digest) ?? null,
      certificate: (digest) => certificates.get(digest) ?? null,
      agreement: (digest) => agreements.get(digest) ?? null,
      payload,
    },
    remarks,
    otherBundle: other,
  };
}

async function readPayload(path: string, io: Io): Promise<StrictJson> {
  const payload = readJson(await readInput(path, io), `--payload: ${path}`);
  if (!isObject(payload)) throw new UsageError(`--payload: expected a JSON object in ${path}.`);
  return payload;
}

/** Of the workers that were looked at: the selected one and those that were passed over. */
function recordsNamed({ inputs, selected }: Decision): Set<string> {
  const passedOver = (inputs.passed_over ?? []) as { record_hash: string }[];
  const hashes = new Set(passedOver.map(({ record_hash }) => record_hash));
  if (selected !== null) hashes.add(selected.worker_record_hash);
  return hashes;
}

async function findRecords(
  wanted: ReadonlySet<string>,
  { records: paths, hall }: Sources,
  remarks: string[],
): Promise<Map<string, WorkerRecord>> {
  const found = new Map<string, WorkerRecord>();
  for (const path of paths)
    keep(recordIn(await readFile(path), path), { wanted, found, remarks, path, what: "record" });
  for (const hash of hall ? wanted : []) {
    if (found.has(hash)) continue;
    const record = await recordFrom(hall as HallAddress, hash, remarks);
    if (record !== null) found.set(hash, record.document);
  }
  return found;
}

function profilesNamed({ profiles }: Decision): Set<string> {
  return new Set((profiles ?? []).map(({ digest }) => digest));
}

async function findProfiles(
  wanted: ReadonlySet<string>,
  { profiles: paths, hall }: Sources,
  remarks: string[],
): Promise<Map<string, Profile>> {
  const found = new Map<string, Profile>();
  for (const path of paths)
    keep(profileIn(await readFile(path), path), { wanted, found, remarks, path, what: "profile" });
  // Those that every Hall ships need not be given.
  for (const profile of SHIPPED_PROFILES) {
    const digest = documentDigest(profile);
    if (wanted.has(digest)) found.set(digest, profile);
  }
  for (const digest of hall ? wanted : []) {
    if (found.has(digest)) continue;
    const profile = await profileFrom(hall as HallAddress, digest, remarks);
    if (profile !== null) found.set(digest, profile.document);
  }
  return found;
}

/** A Hall alone has them, like certificates. */
async function findAgreements(
  { inputs }: Decision,
  { hall }: Sources,
  remarks: string[],
): Promise<Map<string, Agreement>> {
  const found = new Map<string, Agreement>();
  for (const { digest } of hall ? ((inputs.agreements ?? []) as { digest: string }[]) : []) {
    const agreement = await agreementFrom(hall as HallAddress, digest, remarks);
    if (agreement !== null) found.set(digest, agreement);
  }
  return found;
}

/** A Hall alone has them; without one the step that looked at them is not derivable. */
async function findCertificates(
  { inputs }: Decision,
  { hall }: Sources,
  remarks: string[],
): Promise<Map<string, SnapshotCertificate>> {
  const found = new Map<string, SnapshotCertificate>();
  for (const { digest } of hall ? ((inputs.certificates ?? []) as { digest: string }[]) : []) {
    const certificate = await certificateFrom(hall as HallAddress, digest, remarks);
    if (certificate !== null) found.set(digest, certificate);
  }
  return found;
}

function keep<Document>(
  { document, digests }: Named<Document>,
  on: {
    wanted: ReadonlySet<string>;
    found: Map<string, Document>;
    remarks: string[];
    path: string;
    what: string;
  },
): void {
  const named = digests.find((digest) => on.wanted.has(digest));
  if (named !== undefined) on.found.set(named, document);
  else
    on.remarks.push(
      `${on.path} (${digests.at(-1)}) is no ${on.what} that the decision names; it was not used.`,
    );
}
