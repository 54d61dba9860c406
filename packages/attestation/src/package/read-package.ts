import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { isLeftOut, type PackageFile } from "../verify/package-hash.ts";
import {
  checkManifestPlace,
  checkPackageName,
  checkSiblings,
  PackageError,
} from "../verify/package-paths.ts";

/** A package as it was read: the files that its hash covers, and the paths that it does not. */
export interface ReadPackage {
  files: PackageFile[];
  /** Files and folders that no hash covers; a folder is not looked into. */
  leftOut: string[];
}

const FILES_MAX = 100_000;
const DEPTH_MAX = 64;

/**
 * Reads a package's files, each once and as a stream. Links are never followed: one that stands in the way, even one
 * put there between the listing and the opening, is refused. What is read is what is hashed, and a file that changes
 * meanwhile is refused; but nothing here keeps the folder from changing afterwards, or a folder on the way from being
 * swapped while it is walked. Whoever must know what runs reads a copy that nobody else can write to, and runs that.
 * @throws PackageError
 */
export async function readPackage(root: string): Promise<ReadPackage> {
  const read: ReadPackage = { files: [], leftOut: [] };
  await readFolder(Buffer.from(root), [], read);
  return read;
}

async function readFolder(folder: Buffer, above: readonly string[], read: ReadPackage): Promise<void> {
  const at = above.join("/");
  if (above.length > DEPTH_MAX)
    throw new PackageError("PACKAGE_TOO_LARGE", at, `is over ${DEPTH_MAX} folders deep.`);
  const entries = await readdir(folder, { withFileTypes: true, encoding: "buffer" }).catch(
    (cause: unknown) => {
      throw unreadable(at || folder.toString(), cause);
    },
  );
  const named = entries.map((entry) => ({ entry, name: nameOf(entry.name, at) }));
  checkSiblings(
    named.map(({ name }) => name),
    at,
  );
  for (const { entry, name } of named) {
    const parts = [...above, name];
    const path = parts.join("/");
    if (entry.isSymbolicLink())
      throw new PackageError("PACKAGE_SYMLINK", path, "is a symbolic link: replace it by what it points at.");
    if (!entry.isFile() && !entry.isDirectory()) throw special(path);
    checkManifestPlace(entry.isDirectory() ? [...parts, ""] : parts, path);
    const place = Buffer.concat([folder, SLASH, entry.name]);
    // A folder named like compiled code is a folder: its files count.
    if (isLeftOut(entry.isDirectory() ? `${path}/` : path)) read.leftOut.push(path);
    else if (entry.isDirectory()) await readFolder(place, parts, read);
    else {
      if (read.files.length >= FILES_MAX)
        throw new PackageError("PACKAGE_TOO_LARGE", path, `comes after ${FILES_MAX} files.`);
      read.files.push(await readFileOnce(place, path));
    }
  }
}

const SLASH = Buffer.from("/");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function nameOf(bytes: Uint8Array, folder: string): string {
  let name: string;
  try {
    name = utf8.decode(bytes);
  } catch (cause) {
    const path = `${folder === "" ? "" : `${folder}/`}${Buffer.from(bytes).toString("latin1")}`;
    throw new PackageError("PACKAGE_NAME_NOT_UTF8", path, "has a name that is not UTF-8: rename it.", {
      cause,
    });
  }
  checkPackageName(name, folder === "" ? name : `${folder}/${name}`);
  return name;
}

async function readFileOnce(place: Buffer, path: string): Promise<PackageFile> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, a FIFO that was put there meanwhile would wait for a writer for ever.
    file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (hasCode(cause, "ELOOP"))
      throw new PackageError("PACKAGE_SYMLINK", path, "became a symbolic link while it was read.", { cause });
    throw unreadable(path, cause);
  }
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) throw special(path);
    const hash = createHash("sha256");
    let sizeBytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    const after = await file.stat({ bigint: true });
    if (BigInt(sizeBytes) !== after.size || before.mtimeNs !== after.mtimeNs || before.size !== after.size)
      throw new PackageError("PACKAGE_CHANGED", path, "changed while it was read: read a copy at rest.");
    return { path, sizeBytes, sha256: hash.digest("hex") };
  } catch (cause) {
    throw cause instanceof PackageError ? cause : unreadable(path, cause);
  } finally {
    await file.close();
  }
}

function special(path: string): PackageError {
  return new PackageError(
    "PACKAGE_SPECIAL_FILE",
    path,
    "is neither a file nor a folder: a package has no devices, sockets or pipes.",
  );
}

function unreadable(path: string, cause: unknown): PackageError {
  const because = cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
  return new PackageError("PACKAGE_UNREADABLE", path, `cannot be read${because}.`, { cause });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
