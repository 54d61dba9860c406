import { link, lstat, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError, type ReadPackage, readManifest, readPackage } from "@guildhall/attestation";
import type { PackageManifest } from "@guildhall/protocol";
import { type Io, UsageError } from "./command.ts";
import { isMissing, readFile } from "./read-input.ts";

/** A worker's package on this machine: its files, its manifest, and the statement that is signed over it. */

const MANIFEST_MAX_BYTES = 65_536;

/** @throws UsageError for what is no package */
export async function readFolder(folder: string): Promise<ReadPackage> {
  try {
    return await readPackage(folder);
  } catch (cause) {
    if (cause instanceof PackageError) throw new UsageError(`${cause.code}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** What stands in a package under one of the names that its hash leaves out; null where nothing does. */
export async function readBeside(
  folder: string,
  name: "manifest.json" | "manifest.sig",
): Promise<Uint8Array | null> {
  try {
    return await readFile(join(folder, name), MANIFEST_MAX_BYTES);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** @throws UsageError where there is no manifest, or none that can be read */
export async function readOwnManifest(folder: string): Promise<PackageManifest> {
  const bytes = await readBeside(folder, "manifest.json");
  if (bytes === null)
    throw new UsageError(`${folder} has no manifest.json; \`hall attest build\` writes it.`);
  const manifest = readManifest(bytes);
  if (manifest === null) throw new UsageError(`${join(folder, "manifest.json")} is no awp.v1 manifest.`);
  return manifest;
}

/**
 * Writes a file of a package whole or not at all, under the one temporary name that no hash covers.
 * @param replaces false: a file that is there stays, and is a UsageError
 */
export async function writeBeside(
  folder: string,
  name: "manifest.json" | "manifest.sig",
  text: string,
  replaces: boolean,
): Promise<void> {
  const [temporary, path] = [join(folder, "manifest.tmp"), join(folder, name)];
  await writeFile(temporary, text, { flag: "wx" }).catch((cause: unknown) => {
    throw new UsageError(`${temporary} cannot be written; remove what an interrupted run may have left.`, {
      cause,
    });
  });
  try {
    if (replaces) await rename(temporary, path);
    // A link never replaces what is there.
    else await link(temporary, path);
  } catch (cause) {
    throw new UsageError(
      (await lstat(path).catch(() => null))
        ? `${path} is there already; --force replaces it.`
        : `${path} cannot be written.`,
      { cause },
    );
  } finally {
    await unlink(temporary).catch(() => undefined); // renamed away
  }
}

/** Says what no hash covers: whoever runs the package may load it all the same. */
export function printLeftOut(leftOut: readonly string[], { err }: Pick<Io, "err">): void {
  if (leftOut.length === 0) return;
  err.line(`Not covered by the hash, though a worker may load it: ${leftOut.slice(0, 5).join(", ")}`);
  if (leftOut.length > 5) err.line(`and ${leftOut.length - 5} more.`);
}
