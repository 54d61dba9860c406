import type { Misbehaviour } from "@guildhall/protocol";
import { UsageError } from "./command.ts";
import { isMissing, readFile } from "./read-input.ts";
import { readJson } from "./read-json.ts";
import { replaceFile, writeNewFile } from "./replace-file.ts";

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
  try {
    await replaceFile(path, note);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** The entries of the log's keys that were followed, none before the first change; kept beside the checkpoint. */
export async function readKeys(state: string): Promise<unknown[]> {
  const path = keysPath(state);
  try {
    const history = readJson(await readFile(path, KEYS_MAX_BYTES), path);
    if (Array.isArray(history)) return history;
    throw new UsageError(`${path} holds no entries of a log's keys. Restore it, or begin anew without it.`);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

export async function keepKeys(state: string, history: readonly unknown[]): Promise<void> {
  const path = keysPath(state);
  try {
    await replaceFile(path, `${JSON.stringify(history)}\n`);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

const KEYS_MAX_BYTES = 4 * 1024 * 1024;

function keysPath(state: string): string {
  return `${state}.keys.json`;
}

/** Beside the state, under a name of its own: a proof is never written over another. */
export async function writeProof(state: string, proof: Misbehaviour): Promise<string> {
  const path = `${state}.proof-${proof.found_at.replaceAll(/[^0-9]/g, "")}.json`;
  try {
    await writeNewFile(path, `${JSON.stringify(proof, null, 2)}\n`);
  } catch (cause) {
    throw unwritable(path, cause);
  }
  return path;
}

function unwritable(path: string, cause: unknown): UsageError {
  return new UsageError(`${path} cannot be written: ${(cause as NodeJS.ErrnoException).code}.`, { cause });
}
