import { randomBytes } from "node:crypto";
import { open, rename, unlink } from "node:fs/promises";
import type { Misbehaviour } from "@guildhall/protocol";
import { UsageError } from "./command.ts";
import { isMissing, readFile } from "./read-input.ts";

/** The checkpoint that was kept, or null before the first look. The file is the checkpoint itself. */
export async function readState(path: string): Promise<string | null> {
  try {
    return Buffer.from(await readFile(path, 65_536)).toString("utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Whole or not at all: a monitor that lost its checkpoint would believe whatever it is shown next. */
export async function keepState(path: string, note: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await write(temporary, note);
    await rename(temporary, path);
  } catch (cause) {
    await unlink(temporary).catch(() => undefined); // it may never have been there
    throw unwritable(path, cause);
  }
}

/** Beside the state, under a name of its own: a proof is never written over another. */
export async function writeProof(state: string, proof: Misbehaviour): Promise<string> {
  const path = `${state}.proof-${proof.found_at.replaceAll(/[^0-9]/g, "")}.json`;
  try {
    await write(path, `${JSON.stringify(proof, null, 2)}\n`);
  } catch (cause) {
    throw unwritable(path, cause);
  }
  return path;
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function unwritable(path: string, cause: unknown): UsageError {
  return new UsageError(`${path} cannot be written: ${(cause as NodeJS.ErrnoException).code}.`, { cause });
}
