import { type JsonLimits, readStrictJson, type StrictJson, StrictJsonError } from "@guildhall/protocol";
import { UsageError } from "./command.ts";

export type JsonObject = { [key: string]: StrictJson };

const LIMITS = { maxDepth: 66, maxKeys: 100_000 };

/** @param name what the text is, as a sentence begins with it */
export function readJson(
  bytes: Uint8Array | string,
  name = "The input",
  limits: JsonLimits = LIMITS,
): StrictJson {
  try {
    return readStrictJson(bytes, limits);
  } catch (cause) {
    throw notStrict(cause, name);
  }
}

/** What a strict reader threw, for the person who named the file. Other errors are thrown as they are. */
export function notStrict(cause: unknown, name: string): UsageError {
  if (!(cause instanceof StrictJsonError)) throw cause;
  const where = cause.path === "" ? "" : ` (at ${cause.path})`;
  return new UsageError(`${name} is not strict JSON: ${cause.message}${where}`, { cause });
}

export function isObject(value: StrictJson | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
