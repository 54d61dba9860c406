import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { verifySealedReceipt } from "../src/index.ts";
import { buildLog } from "../src/testing/index.ts";
import { hall, hallKey } from "./forge.ts";

/**
 * H-050: every bit of `--receipts 100` sealed receipts, flipped one by one. A run that was stopped goes on behind its last receipt
 * with `--resume`. Ends with 1 at the first flip that is accepted.
 */
const { values } = parseArgs({
  options: {
    receipts: { type: "string", default: "100" },
    resume: { type: "boolean", default: false },
    progress: { type: "string", default: join(tmpdir(), "guildhall-bits-torture.json") },
  },
});
const count = Number(values.receipts);
const log = await buildLog(count, { signer: hall });
let { receipts, flips } =
  values.resume && existsSync(values.progress)
    ? (JSON.parse(readFileSync(values.progress, "utf8")) as { receipts: number; flips: number })
    : { receipts: 0, flips: 0 };

for (; receipts < count; receipts++) {
  const bytes = new Uint8Array(Buffer.from(JSON.stringify(await log.seal(receipts))));
  if (!(await verifySealedReceipt(bytes, hallKey)).ok)
    throw new Error(`receipt ${receipts} does not verify as it is`);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    if ((await verifySealedReceipt(bytes, hallKey)).ok) {
      console.log(`receipt ${receipts} is accepted with bit ${bit} flipped`);
      process.exit(1);
    }
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  flips += bytes.length * 8;
  writeFileSync(values.progress, JSON.stringify({ receipts: receipts + 1, flips }));
  console.log(`${receipts + 1} of ${count} receipts, ${flips} flips: all refused`);
}
