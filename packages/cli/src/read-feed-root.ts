import { readFeedRoot as readSigned } from "@guildhall/attestation/verify";
import type { FeedRoot } from "@guildhall/protocol";
import { type Io, UsageError } from "./command.ts";
import { readInput } from "./read-input.ts";

/** A root that each of its keys signed. Whether it is the one in force, the Hall says. @throws UsageError */
export async function readFeedRoot(file: string, io: Io): Promise<FeedRoot> {
  const verdict = await readSigned(await readInput(file, io));
  if (verdict.ok) return verdict.root;
  throw new UsageError(`${file} is no root of a feed (${verdict.code}). ${verdict.message}`);
}
