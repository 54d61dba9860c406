import { execFile } from "node:child_process";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { leadToBuilt } from "./manifest.ts";

/** Run by npm in a package's folder before it packs it: builds `dist`, then lets the manifest lead there. */

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = process.cwd();

// All five are built together, because each is typed against the sources of the others.
const built = await mkdtemp(join(folder, ".build-"));
try {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [
    tsc,
    "-p",
    join(root, "tsconfig.build.json"),
    "--outDir",
    built,
  ]);
  await rm(join(folder, "dist"), { recursive: true, force: true });
  await rename(join(built, basename(folder), "src"), join(folder, "dist"));
} finally {
  await rm(built, { recursive: true, force: true });
}
await leadToBuilt(folder);
