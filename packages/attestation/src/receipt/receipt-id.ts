import { randomFillSync } from "node:crypto";
import type { ReceiptId } from "@guildhall/protocol";

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, a 12-bit counter, 62 random bits. Inside one process each id
 * is greater than the one before: within a millisecond, and after the clock was set back, the counter goes
 * on (section 6.2, method 1), and when it is full the time runs ahead by a millisecond.
 */
export function newReceiptId(nowMs: number): ReceiptId {
  if (!(nowMs >= 0 && nowMs <= MAX_MS))
    throw new RangeError(`Expected milliseconds since 1970, got ${nowMs}.`);
  const random = nextRandom();
  const now = Math.floor(nowMs);
  if (now > lastMs) {
    lastMs = now;
    // Half the counter's range stays free for this millisecond.
    counter = pool.readUInt16BE(random) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs++;
    counter = 0;
  }
  const low = pool.toString("hex", random + 3, random + RANDOM_BYTES);
  const variant = VARIANTS[pool[random + 2]! & 3];
  // A digit more than the counter has, so that the version stands before it.
  const high = (0x7000 + counter).toString(16);
  return `${timeText()}${high}-${variant}${low.slice(0, 3)}-${low.slice(3, 15)}` as ReceiptId;
}

/** The first twelve digits with their hyphens. Many ids are of one millisecond. */
function timeText(): string {
  if (lastMs !== told.ms) {
    const digits = lastMs.toString(16).padStart(12, "0");
    told = { ms: lastMs, text: `${digits.slice(0, 8)}-${digits.slice(8)}-` };
  }
  return told.text;
}

let told = { ms: -1, text: "" };

const MAX_MS = 2 ** 48 - 2;
const VARIANTS = ["8", "9", "a", "b"] as const;

let lastMs = -1;
let counter = 0;

// Asking for random bytes in bulk: one call per id would cost more than the rest of it.
const RANDOM_BYTES = 11;
const pool = Buffer.alloc(RANDOM_BYTES * 256);
let poolAt = pool.length;

/** Where in the pool the next unused random bytes are. */
function nextRandom(): number {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += RANDOM_BYTES;
  return poolAt - RANDOM_BYTES;
}
