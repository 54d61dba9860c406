import { createHash, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** RFC 8785's published sequence of doubles; vectors/public/number-inputs.yaml describes it. */

const FILE = join(import.meta.dirname, "../../../vectors/public/number-inputs.yaml");
const inputs: { first: string; thirds: string; last: string; sha256: { [lines: string]: string } } = parse(
  readFileSync(FILE, "utf8"),
);

/** The SHA-256 of the first so many lines, as published. */
export const PUBLISHED: { [lines: number]: string } = inputs.sha256;

const SERIAL = 2000;
const SMALLEST_NORMAL = 0x0010000000000000n;
const SIGN = 1n << 63n;

export const FIXED: readonly bigint[] = (() => {
  const bits = (text: string) => text.split(" ").map((one) => BigInt(`0x${one}`));
  const thirds = bits(inputs.thirds);
  return [...bits(inputs.first), ...thirds.map((one) => one | SIGN), ...thirds, ...bits(inputs.last)];
})();

/** The sequence without end. The same view is given each time: read it before you go on. */
export function* numberSequence(): Generator<DataView> {
  const view = new DataView(new ArrayBuffer(8));
  for (const bits of FIXED) {
    view.setBigUint64(0, bits);
    yield view;
  }
  for (let i = 0n; i < SERIAL; i++) {
    view.setBigUint64(0, SMALLEST_NORMAL + i);
    yield view;
  }
  let block: Buffer = Buffer.alloc(32);
  for (;;) {
    block = hash("sha256", block, "buffer");
    for (let at = 0; at < 32; at += 8) {
      const value = block.readDoubleLE(at);
      if (value === 0 || !Number.isFinite(value)) continue;
      view.setFloat64(0, value);
      yield view;
    }
  }
}

/**
 * Prints the sequence's first `count` numbers by `print` and hashes the lines, telling `onCheckpoint` the hash at each count
 * that has a published one.
 */
export function hashLines(
  count: number,
  print: (value: number) => string,
  onCheckpoint: (lines: number, sha256: string) => void,
): void {
  const sum = createHash("sha256");
  let lines = 0;
  let text = "";
  for (const view of numberSequence()) {
    const high = view.getUint32(0);
    const low = view.getUint32(4).toString(16);
    const bits = high === 0 ? low : high.toString(16) + low.padStart(8, "0");
    text += `${bits},${print(view.getFloat64(0))}\n`;
    lines++;
    if (text.length > 65_536 || lines in PUBLISHED || lines === count) {
      sum.update(text);
      text = "";
      if (lines in PUBLISHED) onCheckpoint(lines, sum.copy().digest("hex"));
      if (lines === count) return;
    }
  }
}
