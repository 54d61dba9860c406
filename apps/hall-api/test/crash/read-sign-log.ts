import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { SignatureLine } from "./hall-process.ts";
import type { Knowledge } from "./knowledge.ts";

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
      .map((line) => JSON.parse(line) as SignatureLine);
  } finally {
    closeSync(file);
  }
}
