import { hash } from "node:crypto";

/** An RFC 6962 tree that remembers its root at every size. Written for the judge alone: none of the Hall's code. */
export interface Tree {
  readonly size: number;
  append(leafData: Uint8Array): void;
  /** In hex; undefined past the tree's end. */
  rootAt(size: number): string | undefined;
}

export function growTree(): Tree {
  const roots = [hash("sha256", "")];
  /** Complete subtrees from the left, the largest first. */
  const peaks: { size: number; hash: Uint8Array }[] = [];
  return {
    get size() {
      return roots.length - 1;
    },
    append(leafData) {
      let top = { size: 1, hash: sha256(Buffer.of(0), leafData) };
      while (peaks.at(-1)?.size === top.size)
        top = { size: top.size * 2, hash: parent(peaks.pop()!.hash, top.hash) };
      peaks.push(top);
      const root = peaks.map((peak) => peak.hash).reduceRight((right, left) => parent(left, right));
      roots.push(Buffer.from(root).toString("hex"));
    },
    rootAt: (size) => roots[size],
  };
}

function parent(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Buffer.of(1), left, right);
}

function sha256(...parts: Uint8Array[]): Uint8Array {
  return hash("sha256", Buffer.concat(parts), "buffer");
}
