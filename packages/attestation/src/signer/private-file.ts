import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { SignerError } from "./signer.ts";

/** A file whose content is a secret. */
export interface PrivateFile {
  path: string;
  /** What it holds, in the code of a refusal and in its sentence. */
  kind: "KEY_FILE" | "PIN_FILE";
  secret: "key" | "PIN";
  maxBytes: number;
  /** What to give where the content is none. */
  remedy: string;
}

type Fault = "UNREADABLE" | "TOO_OPEN" | "NOT_OURS" | "MALFORMED";

/**
 * The content of a file that only this user may read, or null where there is none.
 * @throws SignerError where anyone else may read or write it
 */
export async function readPrivateFile(wanted: PrivateFile): Promise<string | null> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a FIFO that stands there would wait for a writer for ever.
    file = await open(wanted.path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    // ENOTDIR means that a parent is a file: creating the folder will fail and say so.
    if (cause instanceof Error && "code" in cause && ["ENOENT", "ENOTDIR"].includes(cause.code as string))
      return null;
    throw refusePrivateFile(wanted, "UNREADABLE", "cannot be opened; let this process's user read it", cause);
  }
  try {
    await checkAccess(file, wanted);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** Asks the open file, not its path: what is checked is what is read, whatever is renamed meanwhile. */
async function checkAccess(file: FileHandle, wanted: PrivateFile): Promise<void> {
  const { secret } = wanted;
  const stat = await file.stat();
  const { mode, uid, size } = stat;
  if (!stat.isFile())
    throw refusePrivateFile(wanted, "UNREADABLE", `is not a file; name the ${secret} file itself`);
  if (size > wanted.maxBytes)
    throw refusePrivateFile(wanted, "MALFORMED", `is too long for a ${secret}; ${wanted.remedy}`);

  // Windows has no owner and no mode; there the folder's access list must do this.
  const user = process.geteuid?.();
  if (user === undefined) return;
  if (uid !== user)
    throw refusePrivateFile(
      wanted,
      "NOT_OURS",
      `belongs to user ${uid}, and this process is user ${user}; chown it to ${user}, or replace a ${secret} you do not know`,
    );
  if ((mode & 0o077) !== 0)
    throw refusePrivateFile(
      wanted,
      "TOO_OPEN",
      `has mode ${(mode & 0o777).toString(8)}, so others may have the ${secret}; replace the ${secret}, or chmod 600 if nobody could have read it`,
    );
}

export function refusePrivateFile(
  { kind, secret, path }: PrivateFile,
  fault: Fault,
  wrongAndRemedy: string,
  cause?: unknown,
): SignerError {
  const reason = cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
  return new SignerError(`${kind}_${fault}`, `The ${secret} file ${path} ${wrongAndRemedy}.${reason}`, {
    cause,
  });
}
