import { namespaceOf, PackageManifest, type WorkerId } from "@guildhall/protocol";

/** What is known of a package before anybody signs for it. */
export interface PackageFacts {
  workerId: WorkerId;
  speciesId: string;
  version: string;
  packageHash: string;
  buildSource: "local" | "ci" | "agent";
}

/** An unsigned manifest. Built and stated at one instant, because a package is hashed where it is built. */
export function buildManifest(facts: PackageFacts, nowMs: number): PackageManifest {
  const at = new Date(nowMs - (nowMs % 1000)).toISOString().replace(".000Z", "Z");
  const namespace = namespaceOf(facts.workerId);
  return PackageManifest.parse({
    schema_version: "awp.v1",
    worker_id: facts.workerId,
    worker_species_id: facts.speciesId,
    worker_version: facts.version,
    package_hash: facts.packageHash,
    built_at_utc: at,
    attested_at_utc: at,
    build_source: facts.buildSource,
    trust_statement: `Namespace ${namespace} states at ${at} (UTC) that this package of ${facts.workerId} is sha256:${facts.packageHash}.`,
  });
}
