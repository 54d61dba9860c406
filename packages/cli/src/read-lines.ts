import { createReadStream } from "node:fs";
import { type Io, UsageError } from "./command.ts";

/** No line of a receipt is longer. */
const LINE_MAX_BYTES = 1024 * 1024;

/** The lines of a file, or of standard input for `-`, without their ends; the file may be of any length. */
export async function* readLines(name: string, { stdin }: Pick<Io, "stdin">): AsyncGenerator<Uint8Array[]> {
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of name === "-" ? stdin : createReadStream(name, { highWaterMark: 1024 * 1024 })) {
      const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      const lines: Uint8Array[] = [];
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        lines.push(bytes.subarray(start, end));
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > LINE_MAX_BYTES)
        throw new UsageError(`${name} has a line of over ${LINE_MAX_BYTES} bytes.`);
      yield lines;
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${name} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (rest.length > 0) yield [rest];
}
