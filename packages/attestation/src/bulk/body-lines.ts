import { hash } from "node:crypto";
import { canonicalBody, readStrictJson } from "@guildhall/protocol";
import { leafHash, nodeHash } from "../log/merkle.ts";

/**
 * Folds canonical bodies, in the order of the log, into the root of their tree: stored bytes are hashed and nothing is read
 * of them. Holds one hash for each level, whatever the length of the log.
 */
export class BodyFold {
  readonly #peaks: { height: number; hash: Uint8Array }[] = [];
  size = 0;

  add(body: Uint8Array): void {
    let top = { height: 0, hash: leafHash(hash("sha256", body, "buffer")) };
    for (let last = this.#peaks.at(-1); last?.height === top.height; last = this.#peaks.at(-1)) {
      this.#peaks.pop();
      top = { height: top.height + 1, hash: nodeHash(last.hash, top.hash) };
    }
    this.#peaks.push(top);
    this.size++;
  }

  root(): Uint8Array {
    const [first, ...rest] = this.#peaks.toReversed();
    if (!first) return hash("sha256", new Uint8Array(), "buffer");
    return rest.reduce((right, left) => nodeHash(left.hash, right), first.hash);
  }
}

/** What is wrong with a body's meaning at its place in the log, or null: its bytes were checked by their hash. */
export function bodyProblem(body: Uint8Array, index: number, origin: string): string | null {
  const text = Buffer.from(body).toString("utf8");
  const read = readStrictJson(body, { maxDepth: 66, maxKeys: 100_000 });
  if (typeof read !== "object" || read === null || Array.isArray(read)) return "it is no object";
  if (canonicalBody(read) !== text) return "it is not canonical";
  if (read.leaf_index !== index) return `it says to be leaf ${read.leaf_index}`;
  return read.hall === origin ? null : `it says to be of ${read.hall}`;
}
