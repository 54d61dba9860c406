import { documentDigest } from "@guildhall/attestation";
import { type SnapshotWorker, snapshotWorker } from "@guildhall/engine";
import {
  Profile,
  type ProfileId,
  SHIPPED_PROFILES,
  type SpeciesId,
  type StrictJson,
  WorkerRecord,
} from "@guildhall/protocol";
import { UsageError } from "./command.ts";
import { readFile } from "./read-input.ts";
import { isObject, readJson } from "./read-json.ts";
import type { Fleet } from "./review-rules.ts";

/** The workers that a bundle would meet. @param path of a JSON list of registry records */
export async function readWorkers(path: string): Promise<Fleet["workers"]> {
  const workers = (await readList(path, "--workers", "registry records")).map((item, at) => {
    // What enrolls may come without its hash; which one it is does not matter here.
    const record = isObject(item) ? { artifact_hash: UNHASHED, ...item } : item;
    const read = WorkerRecord.safeParse(record);
    if (!read.success) throw wrongItem("--workers", path, at, read.error.issues);
    return snapshotWorker(read.data, { recordHash: UNHASHED, transportDigest: null, available: true });
  });
  workers.sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
  const bySpecies = new Map<SpeciesId, SnapshotWorker[]>();
  for (const worker of workers) {
    const species = bySpecies.get(worker.speciesId) ?? [];
    species.push(worker);
    bySpecies.set(worker.speciesId, species);
  }
  return bySpecies;
}

/** The profiles that rules may ask for: those that every Hall ships, and of a JSON list of more. */
export async function readProfiles(path: string | null): Promise<Fleet["profiles"]> {
  const own = path === null ? [] : await readList(path, "--profiles", "profiles");
  const read = own.map((item, at) => {
    const profile = Profile.safeParse(item);
    if (!profile.success) throw wrongItem("--profiles", path ?? "", at, profile.error.issues);
    return profile.data;
  });
  return new Map<ProfileId, { profile: Profile; digest: string }>(
    // What a Hall ships stands behind, because nobody can change it.
    [...read, ...SHIPPED_PROFILES].map((profile) => [
      profile.profile_id,
      { profile, digest: documentDigest(profile) },
    ]),
  );
}

const UNHASHED = `sha256:${"0".repeat(64)}`;

async function readList(path: string, option: string, what: string): Promise<StrictJson[]> {
  const list = readJson(await readFile(path), `${option}: ${path}`, { maxKeys: 1_000_000 });
  if (!Array.isArray(list)) throw new UsageError(`${option}: expected a list of ${what} in ${path}.`);
  return list;
}

function wrongItem(
  option: string,
  path: string,
  at: number,
  issues: readonly { path: readonly PropertyKey[]; message: string }[],
): UsageError {
  const [issue] = issues;
  const where = [`[${at}]`, ...(issue?.path ?? [])].join(".");
  return new UsageError(`${option}: in ${path}, at ${where}: ${issue?.message}.`);
}
