import { UsageError } from "./command.ts";
import { isMissing, readFile } from "./read-input.ts";

/** A vkey has a shape that no path has: `name+8 hex digits+base64`. */
const VKEY = /^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/;

export function isVkey(text: string): boolean {
  return VKEY.test(text.trim());
}

/** The text of a public key, the Hall's or a witness's: what was given, or what the file of that name holds. */
export async function readKey(given: string, option: "--key" | "--witness" = "--key"): Promise<string> {
  if (isVkey(given)) return given;
  // Not repeated, and not looked for as a file: it is a secret.
  if (/^hall_(?:key|session|link|op)_/.test(given.trim()))
    throw new UsageError(
      `${option}: expected a public key, found an API key. Revoke that one: other people see command lines.`,
    );
  try {
    return Buffer.from(await readFile(given)).toString("utf8");
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new UsageError(
      `${option}: expected a vkey (name+hash+key), or a file; there is no file ${given}.`,
      {
        cause: error,
      },
    );
  }
}
