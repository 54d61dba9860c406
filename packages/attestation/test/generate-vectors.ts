import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { vectorFiles } from "./vector-files.ts";

/** Writes vectors/receipts and vectors/log: `node packages/attestation/test/generate-vectors.ts`. */
const root = join(import.meta.dirname, "../../../vectors");
for (const [path, text] of Object.entries(vectorFiles)) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
