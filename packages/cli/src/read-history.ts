import { type Io, UsageError } from "./command.ts";
import { readInput } from "./read-input.ts";
import { isObject, readJson } from "./read-json.ts";

/** The sealed entries of a log's keys: the list itself, or the answer of a Hall that holds it. */
export async function readHistory(file: string, io: Io): Promise<unknown[]> {
  const value = readJson(await readInput(file, io), "The history of keys");
  const history = Array.isArray(value) ? value : isObject(value) ? value.history : undefined;
  if (Array.isArray(history)) return history;
  throw new UsageError(
    `--keys: expected what /.well-known/hall-keys.json answers; ${file} holds no history.`,
  );
}
