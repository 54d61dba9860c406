import { open } from "node:fs/promises";
import { type Io, UsageError } from "./command.ts";

const INPUT_MAX_BYTES = 16 * 1024 * 1024;

/** The bytes of a file, or of standard input for `-`. */
export async function readInput(
  name: string,
  { stdin }: Pick<Io, "stdin">,
  maxBytes = INPUT_MAX_BYTES,
): Promise<Uint8Array> {
  const bytes =
    name === "-" ? await readAll(stdin, "Standard input", maxBytes) : await readFile(name, maxBytes);
  if (bytes.length === 0) throw new UsageError(`${name === "-" ? "Standard input" : name} is empty.`);
  return bytes;
}

export async function readFile(path: string, maxBytes = INPUT_MAX_BYTES): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      return await readAll(file.createReadStream({ autoClose: false }), path, maxBytes);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${path} cannot be read${because(cause)}.`, { cause });
  }
}

/** Counted while it comes: a file may grow, and a pipe has no size. */
async function readAll(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes)
      throw new UsageError(`${name} is over ${maxBytes} bytes long; nothing read here is.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function isMissing(error: unknown): boolean {
  return error instanceof UsageError && hasCode(error.cause) && error.cause.code === "ENOENT";
}

function because(cause: unknown): string {
  if (!hasCode(cause)) return "";
  const reasons: { [code: string]: string | undefined } = {
    ENOENT: "there is no such file",
    EISDIR: "it is a folder",
    EACCES: "permission denied",
  };
  return `: ${reasons[cause.code] ?? cause.code}`;
}

function hasCode(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
