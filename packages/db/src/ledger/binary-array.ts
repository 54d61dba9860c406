/**
 * One-dimensional arrays in PostgreSQL's binary format, so that a batch of receipts is sent as a few
 * buffers instead of text that both sides must escape and parse.
 * @see src/backend/utils/adt/arrayfuncs.c, array_recv
 */

const OID = { bytea: 17, int8: 20, int2: 21, text: 25, uuid: 2950 } as const;
const HEADER_BYTES = 20;

export function byteaArray(values: readonly Uint8Array[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + value.length;
  const out = header(OID.bytea, values.length, size);
  let at = HEADER_BYTES;
  for (const value of values) {
    out.writeInt32BE(value.length, at);
    out.set(value, at + 4);
    at += 4 + value.length;
  }
  return out;
}

export function textArray(values: readonly string[]): Buffer {
  const encoded = values.map((value) => Buffer.from(value, "utf8"));
  const out = byteaArray(encoded);
  out.writeInt32BE(OID.text, 8);
  return out;
}

export function uuidArray(values: readonly string[]): Buffer {
  const out = header(OID.uuid, values.length, HEADER_BYTES + values.length * 20);
  let at = HEADER_BYTES;
  for (const value of values) {
    out.writeInt32BE(16, at);
    // Written at once: 8-4-4-4-12 hex digits without their hyphens.
    out.write(value.replaceAll("-", ""), at + 4, 16, "hex");
    at += 20;
  }
  return out;
}

export function int8Array(values: readonly number[]): Buffer {
  const out = header(OID.int8, values.length, HEADER_BYTES + values.length * 12);
  let at = HEADER_BYTES;
  for (const value of values) {
    out.writeInt32BE(8, at);
    out.writeInt32BE(Math.floor(value / 2 ** 32), at + 4);
    out.writeUInt32BE(value % 2 ** 32, at + 8);
    at += 12;
  }
  return out;
}

export function int2Array(values: readonly number[]): Buffer {
  const out = header(OID.int2, values.length, HEADER_BYTES + values.length * 6);
  let at = HEADER_BYTES;
  for (const value of values) {
    out.writeInt32BE(2, at);
    out.writeInt16BE(value, at + 4);
    at += 6;
  }
  return out;
}

/** One dimension, no nulls, lower bound 1. An empty array has no dimension: only its first twelve bytes. */
function header(oid: number, length: number, size: number): Buffer {
  const out = Buffer.allocUnsafe(length === 0 ? 12 : size);
  out.writeInt32BE(length === 0 ? 0 : 1, 0);
  out.writeInt32BE(0, 4);
  out.writeInt32BE(oid, 8);
  if (length === 0) return out;
  out.writeInt32BE(length, 12);
  out.writeInt32BE(1, 16);
  return out;
}
