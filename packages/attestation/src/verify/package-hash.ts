import { encodeHex, encodeUtf8 } from "./encoding.ts";
import { checkPackagePaths } from "./package-paths.ts";
import { sha256 } from "./web-crypto.ts";

/**
 * The canonical hash of a worker's package (contract 6.1): for each file three lines, its path, its size in bytes and
 * the SHA-256 of its contents, each ended by one LF; SHA-256 over all of them. Mode bits, times, owners and empty
 * folders are not covered, nor is what `isLeftOut` leaves out.
 */
export interface PackageFile {
  /** Relative to the package's root, with `/` between its parts. */
  path: string;
  sizeBytes: number;
  /** Of its contents, 64 lower-case hex digits. */
  sha256: string;
}

/**
 * In which order the files are listed. Ours is the first; the second is how Python compares paths, part by part. They
 * differ only where a folder stands beside a file whose name goes on with a character below `/`.
 */
export const PACKAGE_ORDERS = ["utf8-bytes", "path-components"] as const;
export type PackageOrder = (typeof PACKAGE_ORDERS)[number];

/** @throws PackageError for a path that a package may not have */
export async function packageHash(
  files: readonly PackageFile[],
  order: PackageOrder = "utf8-bytes",
): Promise<string> {
  checkPackagePaths(files.map(({ path }) => path));
  const sorted = files
    .filter(({ path }) => !isLeftOut(path))
    .map((file) => ({ file, key: sortKey(file.path, order) }))
    .sort((a, b) => compareBytes(a.key, b.key));
  const lines = sorted.map(
    ({ file: { path, sizeBytes, sha256: hash } }) => `${path}\n${sizeBytes}\n${hash}\n`,
  );
  return encodeHex(await sha256(encodeUtf8(lines.join(""))));
}

/** The order by which these files have this hash: ours, or the legacy one; null where neither does. */
export async function matchPackageHash(
  files: readonly PackageFile[],
  expected: string,
): Promise<PackageOrder | null> {
  for (const order of PACKAGE_ORDERS) if ((await packageHash(files, order)) === expected) return order;
  return null;
}

/** Names that no package hash covers, wherever they stand in a path. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ".git",
  "__pycache__",
  ".DS_Store",
  "manifest.json",
  "manifest.sig",
  "manifest.tmp",
]);

/** True for a file that the hash does not cover. Whoever runs the package may load it all the same. */
export function isLeftOut(path: string): boolean {
  return path.endsWith(".pyc") || path.split("/").some((part) => LEFT_OUT.has(part));
}

/** No path has a control character, so NUL ends each part before everything that a longer name could go on with. */
function sortKey(path: string, order: PackageOrder): Uint8Array {
  return encodeUtf8(order === "path-components" ? path.replaceAll("/", "\0") : path);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
