import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** The newest head that this Hall signed, outside the database: what an old copy of the database is held to. */
export const KeptHead = z.strictObject({
  format: z.literal("guildhall-log-head-1"),
  origin: z.string(),
  tree_size: z.int().min(0),
  root: z.string().regex(/^[0-9a-f]{64}$/),
  /** The signed checkpoint itself. */
  checkpoint: z.string(),
});
export type KeptHead = z.infer<typeof KeptHead>;

/** The head in the file, or null where there is none. @throws for a file that cannot be read, or is no head */
export async function readHeadFile(path: string): Promise<KeptHead | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return KeptHead.parse(JSON.parse(text));
}

/** Whole or not at all, and on the disk before it returns: a power cut leaves the old head or the new one. */
export async function writeHeadFile(path: string, head: KeptHead): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(head, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // it may never have been there
    throw error;
  }
  const opened = await open(folder);
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** A head as its checkpoint says it. */
export function keptHead(checkpoint: string): KeptHead {
  const [origin = "", size = "", root = ""] = checkpoint.split("\n", 3);
  return {
    format: "guildhall-log-head-1",
    origin,
    tree_size: Number(size),
    root: Buffer.from(root, "base64").toString("hex"),
    checkpoint,
  };
}
