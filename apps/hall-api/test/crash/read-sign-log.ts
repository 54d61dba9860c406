import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Knowledge } from "./knowledge.ts";

/** One line of the log that pkcs11-sign-log.c writes. */
export interface SignatureLine {
  pid: number;
  /** What was signed: the text of a checkpoint, or a receipt's hash in hex. */
  data: string;
}

/** The lines since the last time. One that was cut off in the middle is read when it is whole. */
export function readSignLog(path: string, known: Knowledge): SignatureLine[] {
  const file = openSync(path, "a+");
  try {
    const bytes = Buffer.alloc(fstatSync(file).size - known.signLogRead);
    readSync(file, bytes, 0, bytes.length, known.signLogRead);
    const whole = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
    known.signLogRead += whole.length;
    return whole
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map(parseLine);
  } finally {
    closeSync(file);
  }
}

function parseLine(line: string): SignatureLine {
  const [pid, hex = ""] = line.split(" ");
  return { pid: Number(pid), data: Buffer.from(hex, "hex").toString("utf8") };
}

/** A line as the module would write it, for tests of the judge. */
export function signatureLine({ pid, data }: SignatureLine): string {
  return `${pid} ${Buffer.from(data, "utf8").toString("hex")}\n`;
}
