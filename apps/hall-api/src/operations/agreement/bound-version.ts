import { type AgreementVersion, listAgreementVersions, type TenantTx } from "@guildhall/db";
import { ArtifactHash, HallError } from "@guildhall/protocol";
import { z } from "zod";

/** Which version is meant: by its number, and by the digest of the document that was read. */
export const BoundVersion = z.strictObject({ id: z.uuid(), version: z.int().min(1), digest: ArtifactHash });

/** @throws HallError CONFLICT where another was read, or a newer one was drafted meanwhile */
export async function requireBoundVersion(
  tx: TenantTx,
  { id, version, digest }: z.infer<typeof BoundVersion>,
): Promise<AgreementVersion> {
  const [newest] = await listAgreementVersions(tx, id);
  if (newest?.version !== version)
    throw conflict(`version ${newest?.version ?? 0} is the newest; read that one`);
  if (newest.digest !== digest) throw conflict("the document of that version is another one");
  return newest;
}

export function conflict(reason: string): HallError {
  return new HallError("CONFLICT", { detail: { reason } });
}
