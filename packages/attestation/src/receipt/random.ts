import { randomFillSync } from "node:crypto";

/** Random bytes for salts and ids, asked for in bulk: one call for each would cost more than its use. */
const pool = Buffer.alloc(8192);
let at = pool.length;

/** Copies `count` fresh bytes out of the pool; none is ever given twice. */
export function randomPooled(count: number): Buffer {
  if (at + count > pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  const bytes = Buffer.from(pool.subarray(at, at + count));
  pool.fill(0, at, at + count);
  at += count;
  return bytes;
}
