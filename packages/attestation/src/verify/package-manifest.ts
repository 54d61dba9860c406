import { PackageManifest, readStrictJson, recordText, StrictJsonError, WorkerId } from "@guildhall/protocol";
import { decodeHex, encodeHex, encodeUtf8 } from "./encoding.ts";
import { matchPackageHash, type PackageFile, type PackageOrder } from "./package-hash.ts";
import { hmacSha256, verifyHmacSha256 } from "./web-crypto.ts";

/** The first thing that is wrong with a package's manifest, in the contract's order and words (contract 6.4). */
export const MANIFEST_CODES = [
  "ATTEST_MANIFEST_MISSING",
  // Ours: it is there and cannot be read as one.
  "ATTEST_MANIFEST_MALFORMED",
  "ATTEST_MANIFEST_ID_MISMATCH",
  "ATTEST_HASH_MISMATCH",
  "ATTEST_SIGNATURE_MISSING",
  "ATTEST_SIG_INVALID",
  "ATTEST_NAMESPACE_INVALID",
] as const;
export type ManifestCode = (typeof MANIFEST_CODES)[number];

/** A refusal tells no hash: what was expected is the target of a forgery, and the verdict may be passed on. */
export type ManifestVerdict =
  | { ok: true; manifest: PackageManifest; order: PackageOrder }
  | { ok: false; code: ManifestCode };

/**
 * Verifies a package against its manifest.
 * @param text the manifest as it stands in the package; null where there is none
 * @param secret of the HMAC signature; null where only another signature counts, and the HMAC is not looked at
 */
export async function verifyManifest(
  text: string | Uint8Array | null,
  { workerId, files, secret }: { workerId: string; files: readonly PackageFile[]; secret: string | null },
): Promise<ManifestVerdict> {
  if (text === null) return { ok: false, code: "ATTEST_MANIFEST_MISSING" };
  const manifest = readManifest(text);
  if (manifest === null) return { ok: false, code: "ATTEST_MANIFEST_MALFORMED" };
  if (manifest.worker_id !== workerId) return { ok: false, code: "ATTEST_MANIFEST_ID_MISMATCH" };
  const order = await matchPackageHash(files, manifest.package_hash);
  if (order === null) return { ok: false, code: "ATTEST_HASH_MISMATCH" };
  if (secret !== null) {
    if (!manifest.signature_hmac_sha256) return { ok: false, code: "ATTEST_SIGNATURE_MISSING" };
    if (!(await isSignedWith(manifest, secret))) return { ok: false, code: "ATTEST_SIG_INVALID" };
  }
  // A whole worker id has a namespace with a name.
  if (!WorkerId.safeParse(workerId).success) return { ok: false, code: "ATTEST_NAMESPACE_INVALID" };
  return { ok: true, manifest, order };
}

/** The manifest, or null for anything else. */
export function readManifest(text: string | Uint8Array): PackageManifest | null {
  try {
    return PackageManifest.safeParse(readStrictJson(text)).data ?? null;
  } catch (error) {
    if (error instanceof StrictJsonError) return null;
    throw error;
  }
}

/** The HMAC signature as it stands in a manifest: lower-case hex. */
export async function manifestSignature(manifest: PackageManifest, secret: string): Promise<string> {
  return encodeHex(await hmacSha256(encodeUtf8(secret), encodeUtf8(signedText(manifest))));
}

/** Upper case, or anything behind the 64 digits, would be another text of the same signature. */
async function isSignedWith(manifest: PackageManifest, secret: string): Promise<boolean> {
  const { signature_hmac_sha256: signature = "" } = manifest;
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  return verifyHmacSha256(encodeUtf8(secret), decodeHex(signature), encodeUtf8(signedText(manifest)));
}

const SIGNED_FIELDS = [
  "build_source",
  "built_at_utc",
  "package_hash",
  "schema_version",
  "worker_id",
  "worker_species_id",
  "worker_version",
] as const satisfies (keyof PackageManifest)[];

/** The seven fields that the HMAC covers, as Python prints them. */
function signedText(manifest: PackageManifest): string {
  return recordText({
    kind: "object",
    entries: SIGNED_FIELDS.map((field) => {
      const value = manifest[field] ?? null;
      return [field, value === null ? { kind: "null" } : { kind: "string", value }];
    }),
  });
}

/** The manifest as it stands on a disk: sorted keys, two spaces, ASCII, a line end. */
export function manifestText(manifest: PackageManifest): string {
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify(sorted, null, 2).replaceAll(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}
