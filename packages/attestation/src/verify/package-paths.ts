/**
 * What the paths of a package may look like. A line of the package hash ends with LF, so a name with one could write
 * the lines of another file; two names that some file system takes for one would be one file there, and nobody could
 * say which; a manifest below the root is covered by no hash.
 */
export type PackageErrorCode =
  | "PACKAGE_PATH_MALFORMED"
  | "PACKAGE_NAME_CONTROL"
  | "PACKAGE_NAME_NOT_UTF8"
  | "PACKAGE_NFC_COLLISION"
  | "PACKAGE_CASE_COLLISION"
  | "PACKAGE_NESTED_MANIFEST"
  // Of what stands on a disk.
  | "PACKAGE_SYMLINK"
  | "PACKAGE_SPECIAL_FILE"
  | "PACKAGE_CHANGED"
  | "PACKAGE_TOO_LARGE"
  | "PACKAGE_UNREADABLE";

/** Why something is no package. The message names the path in ASCII. */
export class PackageError extends Error {
  override readonly name = "PackageError";
  readonly code: PackageErrorCode;
  readonly path: string;

  constructor(code: PackageErrorCode, path: string, wrong: string, options?: { cause?: unknown }) {
    super(`${shown(path)} ${wrong}`, options);
    this.code = code;
    this.path = path;
  }
}

/**
 * Refuses a listing that is no package's. Folders count by the paths of the files in them.
 * @throws PackageError
 */
export function checkPackagePaths(paths: readonly string[]): void {
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) throw new PackageError("PACKAGE_PATH_MALFORMED", path, "is listed twice.");
    seen.add(path);
    const parts = path.split("/");
    for (const name of parts) checkPackageName(name, path);
    checkManifestPlace(parts, path);
  }
  checkCollisions(paths);
}

/** @throws PackageError for a name that cannot be one line */
export function checkPackageName(name: string, path: string): void {
  if (!name.isWellFormed())
    throw new PackageError("PACKAGE_NAME_NOT_UTF8", path, "has half a surrogate pair in its name.");
  if (/[\p{Cc}\u2028\u2029]/u.test(name))
    throw new PackageError(
      "PACKAGE_NAME_CONTROL",
      path,
      "has a control character or a line end in its name: rename it.",
    );
  if (name === "" || name === "." || name === "..")
    throw new PackageError(
      "PACKAGE_PATH_MALFORMED",
      path,
      "is no relative path: expected names with one slash between each.",
    );
}

const MANIFESTS: ReadonlySet<string> = new Set(["manifest.json", "manifest.sig", "manifest.tmp"]);

/** The manifest stands at the root and is a file; one that is a folder would hide what is in it. */
export function checkManifestPlace(parts: readonly string[], path: string): void {
  const at = parts.findIndex((name) => MANIFESTS.has(name));
  if (at > 0 || (at === 0 && parts.length > 1))
    throw new PackageError(
      "PACKAGE_NESTED_MANIFEST",
      path,
      "has the name of a manifest and is not the package's own: no hash would cover it. Rename or remove it.",
    );
}

/** Of each folder, by the path that leads to it: its names as a careless file system folds them. */
function checkCollisions(paths: readonly string[]): void {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    const parts = path.split("/");
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      const names = folders.get(folder) ?? new Set();
      folders.set(folder, names.add(parts[depth]!));
    }
  }
  for (const [folder, names] of folders) checkSiblings([...names], folder);
}

/** @throws PackageError where two names of one folder are one name to some file system */
export function checkSiblings(names: readonly string[], folder: string): void {
  const byForm = new Map<string, string>();
  const byCase = new Map<string, string>();
  for (const name of names) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const form = name.normalize("NFC");
    const twin = byForm.get(form);
    if (twin !== undefined)
      throw new PackageError(
        "PACKAGE_NFC_COLLISION",
        path,
        "differs from another name only in how its accents are written.",
      );
    byForm.set(form, name);
    // Upper case first: it joins what lower case alone keeps apart.
    const folded = form.toUpperCase().toLowerCase().normalize("NFC");
    const other = byCase.get(folded);
    if (other !== undefined)
      throw new PackageError(
        "PACKAGE_CASE_COLLISION",
        path,
        `differs from ${shown(other)} only in upper and lower case.`,
      );
    byCase.set(folded, name);
  }
}

function shown(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
