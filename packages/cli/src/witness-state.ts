import type { WitnessedHead } from "@guildhall/attestation";
import { UsageError } from "./command.ts";
import { isMissing, readFile } from "./read-input.ts";
import { isObject, readJson } from "./read-json.ts";
import { replaceFile } from "./replace-file.ts";

/** What a witness remembers: the newest tree that it cosigned, of each log. On the disk before anything is said. */
export interface WitnessState {
  head(origin: string): WitnessedHead | null;
  /** One at a time: the check and the write are one step, whoever else asks meanwhile. */
  advance(origin: string, expected: WitnessedHead | null, next: WitnessedHead): Promise<boolean>;
}

export async function openWitnessState(path: string): Promise<WitnessState> {
  const heads = await readHeads(path);
  let last: Promise<unknown> = Promise.resolve();
  return {
    head: (origin) => heads.get(origin) ?? null,
    advance(origin, expected, next) {
      const done = last.then(async () => {
        if (!isSame(heads.get(origin) ?? null, expected)) return false;
        const after = new Map(heads).set(origin, next);
        await replaceFile(path, `${JSON.stringify(Object.fromEntries(after), null, 2)}\n`);
        heads.set(origin, next);
        return true;
      });
      // One write that failed is its own asker's trouble.
      last = done.catch(() => undefined);
      return done;
    },
  };
}

async function readHeads(path: string): Promise<Map<string, WitnessedHead>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
  const file = readJson(bytes, path);
  const heads = new Map<string, WitnessedHead>();
  for (const [origin, head] of Object.entries(isObject(file) ? file : { "": null })) {
    const { treeSize, root } = isObject(head) ? head : {};
    if (!Number.isSafeInteger(treeSize) || typeof root !== "string" || !/^[0-9a-f]{64}$/.test(root))
      throw new UsageError(`${path} holds no witness's state. Restore it: begun anew, a witness forgets.`);
    heads.set(origin, { treeSize: treeSize as number, root });
  }
  return heads;
}

function isSame(a: WitnessedHead | null, b: WitnessedHead | null): boolean {
  return a?.treeSize === b?.treeSize && a?.root === b?.root;
}
