import { randomBytes, timingSafeEqual } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HallError } from "@guildhall/protocol";
import { StartError } from "../start-refusal.ts";
import { hashSecret, newSecret, readSecret } from "./api-key.ts";
import type { HallOperator } from "./caller.ts";
import { OPERATOR_PERMISSIONS, type Permission } from "./permissions.ts";

/**
 * The token of the Hall's operator: `hall_op_…` in a file that only the Hall's own user can read, beside the keys.
 * Whoever can read that folder owns the Hall anyway. The file is read each time that somebody presents such a
 * token, so that a file renewed or taken away counts at once, in every instance that shares it.
 */

/** Makes the token where there is none. @throws StartError where the file is not what it must be */
export async function ensureOperatorToken(path: string): Promise<void> {
  try {
    if ((await readToken(path)) === null) await writeToken(path, link);
    if ((await readToken(path)) !== null) return;
  } catch (cause) {
    throw new StartError(
      `The operator's token cannot be kept in ${path}: ${(cause as Error).message}. Set HALL_OPERATOR_TOKEN_FILE to a file in a folder that this user may write to.`,
      { cause },
    );
  }
  throw new StartError(
    `The file ${path} is not an operator token of mode 600. If nobody else could have read it: chmod 600. If not, remove it; the next start makes another.`,
  );
}

/** Puts another token in its place; the one before is no credential any more. */
export async function renewOperatorToken(path: string): Promise<void> {
  await writeToken(path, rename);
}

/** @throws HallError UNAUTHENTICATED, also where the file is gone or others may read it */
export async function callerOfOperatorToken(path: string, presented: Buffer): Promise<HallOperator> {
  const token = await readToken(path).catch(() => null);
  if (token === null || !timingSafeEqual(hashSecret(token), presented))
    throw new HallError("UNAUTHENTICATED");
  return {
    kind: "operator",
    actor: { kind: "hall", id: "operator" },
    permissions: new Set<Permission>(OPERATOR_PERMISSIONS),
  };
}

/** Longer than any token with its line end. */
const FILE_MAX_BYTES = 128;

/** The token in the file; null where there is no file, or what is there must not be believed. */
async function readToken(path: string): Promise<string | null> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a FIFO that stands there would wait for a writer for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    const { mode, uid, size } = await file.stat();
    const user = process.geteuid?.();
    if (size > FILE_MAX_BYTES || (user !== undefined && (uid !== user || (mode & 0o077) !== 0))) return null;
    const token = (await file.readFile("latin1")).trim();
    return readSecret(token) === "op" ? token : null;
  } catch (error) {
    if (error instanceof HallError) return null;
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Written under a name of its own first: nobody ever reads half a token. `link` never replaces a file, so of
 * processes that start at once one wins; `rename` replaces.
 */
async function writeToken(path: string, place: (from: string, to: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.operator-token-${process.pid}-${randomBytes(6).toString("hex")}.tmp`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(temporary, "wx", 0o600);
  try {
    // The umask may have taken bits away.
    await file.chmod(0o600);
    await file.writeFile(`${newSecret("op")}\n`);
    await file.sync();
    await place(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await file.close();
    await unlink(temporary).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}
