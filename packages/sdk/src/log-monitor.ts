import {
  FollowedLog,
  HASH_BYTES,
  readSeam,
  rootsFromSeam,
  type Tile,
  tilePath,
  VerifyError,
} from "@guildhall/attestation/verify";
import type { Misbehaviour } from "@guildhall/protocol";
import { HallClientError } from "./hall-client-error.ts";
import { askKeyHistory, requireFollowed } from "./key-history.ts";
import { fetchBytes, hallTransport, malformed } from "./transport.ts";

/** A log that somebody keeps an eye on: no account, nothing trusted but its key. */
export interface WatchedLog {
  url: string;
  /** As `parseVerifierKey` reads them. Where the log changes its key, its own entries lead on from there. */
  keys: readonly string[];
  /** The `history` of the observation before: what was followed is not taken back. */
  history?: readonly unknown[];
  fetch?: typeof fetch;
  timeoutMs?: number;
}

export interface SignedHead {
  origin: string;
  treeSize: number;
  root: Uint8Array;
  /** The checkpoint as it was served. */
  note: string;
}

export type Observation = Seen & {
  /** The entries of the log's keys that were followed, to keep beside the checkpoint; empty while the pinned key signs. */
  history: readonly unknown[];
};

type Seen =
  /** Nothing was kept before: from here on the log is held to this. */
  | { outcome: "first"; head: SignedHead }
  | { outcome: "unchanged"; head: SignedHead }
  /** It begins with everything that was there before. */
  | { outcome: "grown"; head: SignedHead; before: SignedHead }
  | { outcome: "misbehaved"; proof: Misbehaviour };

const TIMEOUT_MS = 30_000;
const CHECKPOINT_MAX_BYTES = 16_384;

/**
 * Looks at a log once and holds it to the checkpoint that was kept from before. Whatever is found is signed by the
 * log itself; the tiles are believed only in so far as they lead to what it signed.
 * @throws HallClientError where the Hall could not be asked, or shows nothing that the key signed
 */
export async function observeLog(log: WatchedLog, kept: string | null, nowMs: number): Promise<Observation> {
  const followed = new FollowedLog(log.keys);
  const origin = kept?.split("\n", 1)[0];
  if (log.history?.length) requireFollowed(await followed.learn(log.history, origin));
  const seen = await observe(log, followed, kept, nowMs);
  return { ...seen, history: followed.history };
}

async function observe(
  log: WatchedLog,
  followed: FollowedLog,
  kept: string | null,
  nowMs: number,
): Promise<Seen> {
  const bytes = await get(log, "log/checkpoint", CHECKPOINT_MAX_BYTES);
  const head = await openNewest(log, followed, new TextDecoder().decode(bytes));
  const before = kept === null ? null : await openHead(kept, followed, "The checkpoint that was kept");
  if (before && before.origin !== head.origin)
    throw invalid(`The Hall shows the log ${head.origin}, and ${before.origin} was kept.`);

  const misbehaved = (kind: Misbehaviour["kind"], hashes: readonly Uint8Array[]): Seen => ({
    outcome: "misbehaved",
    proof: {
      format: "guildhall-log-misbehaviour-1",
      kind,
      origin: head.origin,
      found_at: new Date(nowMs).toISOString(),
      earlier: before?.note ?? head.note,
      later: head.note,
      hashes: hashes.map(base64),
    },
  });
  if (before && head.treeSize < before.treeSize) return misbehaved("rollback", []);
  if (before && head.treeSize === before.treeSize)
    return isSame(head.root, before.root) ? { outcome: "unchanged", head } : misbehaved("fork", []);

  const older = before?.treeSize ?? 0;
  const seam = await readSeam(older, head.treeSize, (tile) => readTile(log, tile));
  const { olderRoot, newerRoot } = await rootsFromSeam(older, head.treeSize, seam);
  if (!isSame(newerRoot, head.root)) return misbehaved("tiles", seam);
  if (!before) return { outcome: "first", head };
  return isSame(olderRoot, before.root) ? { outcome: "grown", head, before } : misbehaved("fork", seam);
}

/** Whoever signed it is looked for in the log's own entries, where none of the known keys did. */
async function openNewest(log: WatchedLog, followed: FollowedLog, note: string): Promise<SignedHead> {
  const what = "The checkpoint";
  try {
    return await openHead(note, followed, what);
  } catch (error) {
    const cause = error instanceof HallClientError ? error.cause : null;
    if (!(cause instanceof VerifyError) || cause.code !== "NOTE_KEY_UNKNOWN") throw error;
    const history = await askKeyHistory(hallTransport({ ...log, timeoutMs: log.timeoutMs ?? TIMEOUT_MS }));
    if (history === null) throw error;
    requireFollowed(await followed.learn(history, note.split("\n", 1)[0]));
    return openHead(note, followed, what);
  }
}

/** @throws HallClientError CHECKPOINT_INVALID */
async function openHead(note: string, followed: FollowedLog, what: string): Promise<SignedHead> {
  try {
    return { ...(await followed.open(note)), note };
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    if (cause.code === "KEY_MALFORMED")
      throw new HallClientError("VERIFIER_KEY_MALFORMED", cause.message, { cause });
    throw invalid(`${what} is not one that the key signed. ${cause.code}: ${cause.message}`, cause);
  }
}

/** Its length is checked by who reads it; one byte more than it may have shows that there is more. */
async function readTile(log: WatchedLog, tile: Tile): Promise<Uint8Array> {
  const path = `log/tile/${tilePath(tile)}`;
  const bytes = await get(log, path, tile.width * HASH_BYTES);
  if (bytes.length === tile.width * HASH_BYTES) return bytes;
  throw malformed(`The Hall's ${path} has ${bytes.length} bytes.`);
}

function get(log: WatchedLog, path: string, maxBytes: number): Promise<Uint8Array> {
  return fetchBytes({ ...log, timeoutMs: log.timeoutMs ?? TIMEOUT_MS }, path, maxBytes);
}

function invalid(message: string, cause?: unknown): HallClientError {
  return new HallClientError("CHECKPOINT_INVALID", message, { cause });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b);
}
