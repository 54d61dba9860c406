import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * In the workspace a package's `exports` lead to its TypeScript, which Node runs as it is; under node_modules
 * Node refuses to, so what is packed must lead to `dist`. npm reads `publishConfig` for its own settings only
 * and leaves `exports` as they are (pnpm would not). So they are exchanged while npm packs, and put back.
 */

/** The manifest as it stands in git. It exists only while a package is being packed, or after that broke off. */
const KEPT = "package.json.kept";

interface Manifest {
  exports: unknown;
  publishConfig: { exports?: unknown; [setting: string]: unknown };
  [field: string]: unknown;
}

/** Lets the manifest lead to what was built. */
export async function leadToBuilt(folder: string): Promise<void> {
  // After a break the manifest that stands here is already the exchanged one.
  await leadToSource(folder);
  const path = join(folder, "package.json");
  const text = await readFile(path, "utf8");
  const manifest = JSON.parse(text) as Manifest;
  const { exports, ...publishConfig } = manifest.publishConfig;
  if (exports === undefined) throw new Error(`Expected publishConfig.exports in ${path}.`);
  // Kept first: whatever happens from here on, the manifest of git is still there, to the byte.
  await writeFile(join(folder, KEPT), text);
  await replace(path, `${JSON.stringify({ ...manifest, exports, publishConfig }, null, 2)}\n`);
}

/** Puts back the manifest as it was. Does nothing where nothing was exchanged. */
export async function leadToSource(folder: string): Promise<void> {
  const kept = join(folder, KEPT);
  if (existsSync(kept)) await rename(kept, join(folder, "package.json"));
}

/** Whoever reads the manifest meanwhile reads one of the two, never half of one. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
