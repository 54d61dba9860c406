import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Knowledge } from "./knowledge.ts";

/** CKM_EDDSA: of the log's key alone. */
export const EDDSA = 0x1057;

/** One line of the log that pkcs11-sign-log.c writes. */
export interface SignatureLine {
  pid: number;
  /** By its number in PKCS#11. */
  mechanism: number;
  /** What was signed. Of the log's key: the text of a checkpoint, a receipt's hash in hex, or a probe. */
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
  const [pid, mechanism = "", hex = ""] = line.split(" ");
  return {
    pid: Number(pid),
    mechanism: Number.parseInt(mechanism, 16),
    data: Buffer.from(hex, "hex").toString("utf8"),
  };
}

/** A line as the module would write it, for tests of the judge. */
export function signatureLine({ pid, mechanism, data }: SignatureLine): string {
  return `${pid} ${mechanism.toString(16)} ${Buffer.from(data, "utf8").toString("hex")}\n`;
}
