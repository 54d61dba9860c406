import { createHash } from "node:crypto";
import { expect } from "vitest";

/** RFC 6962, 2.1 and 2.1.1, written down as the RFC says it: slow, recursive, and sharing nothing with src. */

export function mth(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return createHash("sha256").digest();
  if (leaves.length === 1) return createHash("sha256").update(Buffer.of(0)).update(leaves[0]!).digest();
  const k = split(leaves.length);
  return nodeOf(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

export function path(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

/** The same over one list of leaves, remembering what was hashed, for tests that ask thousands of times. */
export function naiveTree(leaves: readonly Uint8Array[]) {
  const known = new Map<string, Buffer>();
  const hash = (start: number, end: number): Buffer => {
    const key = `${start}-${end}`;
    const found = known.get(key) ?? (end - start < 2 ? mth(leaves.slice(start, end)) : join(start, end));
    known.set(key, found);
    return found;
  };
  const join = (start: number, end: number): Buffer => {
    const k = start + split(end - start);
    return nodeOf(hash(start, k), hash(k, end));
  };
  const proof = (m: number, start: number, end: number): Buffer[] => {
    if (end - start === 1) return [];
    const k = start + split(end - start);
    return m < k ? [...proof(m, start, k), hash(k, end)] : [...proof(m, k, end), hash(start, k)];
  };
  /** SUBPROOF of RFC 6962, 2.1.2, over the leaves from `start`; `m` counts from there. */
  const subproof = (m: number, start: number, end: number, isWhole: boolean): Buffer[] => {
    const n = end - start;
    if (m === n) return isWhole ? [] : [hash(start, end)];
    const k = split(n);
    return m <= k
      ? [...subproof(m, start, start + k, isWhole), hash(start + k, end)]
      : [...subproof(m - k, start + k, end, false), hash(start, start + k)];
  };
  return {
    root: (size: number) => hash(0, size),
    path: (index: number, size: number) => proof(index, 0, size),
    consistency: (older: number, newer: number) => (older === 0 ? [] : subproof(older, 0, newer, true)),
    /** Of the complete subtree `index` among those of `count` leaves. */
    subtree: (index: number, count: number) => hash(index * count, index * count + count),
  };
}

/** The largest power of two smaller than n. */
function split(n: number): number {
  return 2 ** (Math.ceil(Math.log2(n)) - 1);
}

export function nodeOf(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(Buffer.of(1)).update(left).update(right).digest();
}

/** Leaf data like ours: 32 bytes, another for each number. */
export function numberedLeaves(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => createHash("sha256").update(`leaf ${i}`).digest());
}

export function hex(hashes: readonly Uint8Array[]): string[] {
  return hashes.map((hash) => Buffer.from(hash).toString("hex"));
}

/** `toEqual` on thousands of arrays of bytes would take most of the suite's time. */
export function expectSame(found: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  const isSame = found.length === expected.length && Buffer.concat(found).equals(Buffer.concat(expected));
  if (!isSame) expect(hex(found)).toEqual(hex(expected));
}
