import { readCheckpoint } from "../verify/checkpoint.ts";
import { CONSISTENCY_PROOF_MAX, checkConsistency } from "../verify/consistency.ts";
import { decodeBase64, encodeHex } from "../verify/encoding.ts";
import type { FollowedLog } from "../verify/followed-log.ts";
import { type ParsedNote, parseNote, verifyNote } from "../verify/note.ts";
import { VerifyError } from "../verify/verify-error.ts";

/** What a witness remembers of one log: the newest tree that it cosigned. */
export interface WitnessedHead {
  treeSize: number;
  /** Hex. */
  root: string;
}

export interface Witness {
  /** By the log's origin: the keys that it was given, and those to which they led. */
  logs: ReadonlyMap<string, FollowedLog>;
  /**
   * Asked where a log is signed by a key that nothing led to yet. @returns whether something was learnt since, durably:
   * a witness that forgot would believe a retired key again
   */
  learn?(origin: string): Promise<boolean>;
  /** What was last cosigned of a log; null before the first time. */
  head(origin: string): WitnessedHead | null;
  /**
   * Makes `next` the newest if `expected` still is, durably, before it returns. Checking and storing are one step:
   * else of two requests the later one could take leaves back (tlog-witness prints that race).
   */
  advance(origin: string, expected: WitnessedHead | null, next: WitnessedHead): Promise<boolean>;
  cosign(text: string): Promise<string>;
}

/** The protocol's own status codes, and no others. */
export type WitnessAnswer =
  | { status: 200; body: string }
  | { status: 400 | 403 | 404 | 422; body: string }
  | { status: 409; contentType: "text/x.tlog.size"; body: string };

/** C2SP tlog-witness, `POST /add-checkpoint`: cosigns only what begins with everything it cosigned before. */
export async function addCheckpoint(body: string, witness: Witness): Promise<WitnessAnswer> {
  try {
    const { oldSize, proof, note } = readRequest(body);
    const claim = await readCheckpoint(note.text);
    const { origin, treeSize } = claim;
    const log = witness.logs.get(origin);
    if (!log) return refusal(404, `No log ${origin} is witnessed here.`);
    await verifyOrLearn(note, origin, log, witness);
    if (oldSize > treeSize) return refusal(400, "The old size is above the checkpoint's.");

    const known = witness.head(origin);
    const next = { treeSize, root: encodeHex(claim.root) };
    if (oldSize !== (known?.treeSize ?? 0)) return conflict(known);
    const older = known
      ? { treeSize: oldSize, root: decodeRoot(known.root) }
      : { treeSize: 0, root: decodeRoot(EMPTY) };
    await checkConsistency(older, claim, proof);

    await log.checkSpeaker(note, claim);
    const isAdvanced = await witness.advance(origin, known, next);
    if (!isAdvanced) return conflict(witness.head(origin));
    return { status: 200, body: await witness.cosign(note.text) };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    // A tree without leaves under a root of leaves is a bad proof, not bad writing.
    const isEmptyTree = error.code === "CHECKPOINT_MALFORMED" && /^old [0-9]+\n\n[^\n]+\n0\n/.test(body);
    return refusal(isEmptyTree ? 422 : statusOf(error), error.message);
  }
}

async function verifyOrLearn(
  note: ParsedNote,
  origin: string,
  log: FollowedLog,
  { learn }: Witness,
): Promise<void> {
  try {
    await verifyNote(note, await log.keysOf(origin));
  } catch (error) {
    const isUnknown = error instanceof VerifyError && error.code === "NOTE_KEY_UNKNOWN";
    if (!isUnknown || !learn || !(await learn(origin))) throw error;
    await verifyNote(note, await log.keysOf(origin));
  }
}

/** The root of a tree without leaves: SHA-256 of nothing. */
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

interface Request {
  oldSize: number;
  proof: Uint8Array[];
  note: ParsedNote;
}

function readRequest(body: string): Request {
  const end = body.indexOf("\n\n");
  const [first = "", ...lines] = body.slice(0, Math.max(end, 0)).split("\n");
  const oldSize = Number(/^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1] ?? Number.NaN);
  if (end < 0 || !Number.isSafeInteger(oldSize)) throw unreadable("an old size line, a proof, an empty line");
  if (lines.length > CONSISTENCY_PROOF_MAX) throw unreadable(`at most ${CONSISTENCY_PROOF_MAX} proof lines`);
  const proof = lines.map((line) => {
    const hash = decodeBase64(line);
    if (hash?.length !== 32) throw unreadable("proof lines of 32 bytes in base64");
    return hash;
  });
  return { oldSize, proof, note: parseNote(body.slice(end + 2)) };
}

/** A proof that is refused is 422; a signature, 403; what cannot be read, 400. */
function statusOf({ code }: VerifyError): 400 | 403 | 422 {
  switch (code) {
    case "NOTE_KEY_UNKNOWN":
    case "KEY_RETIRED":
    case "KEY_NOT_YET":
    case "NOTE_SIGNATURE_INVALID":
      return 403;
    case "PROOF_LENGTH_WRONG":
    case "ROOT_MISMATCH":
      return 422;
    default:
      return 400;
  }
}

function conflict(known: WitnessedHead | null): WitnessAnswer {
  return { status: 409, contentType: "text/x.tlog.size", body: `${known?.treeSize ?? 0}\n` };
}

function refusal(status: 400 | 403 | 404 | 422, why: string): WitnessAnswer {
  return { status, body: `${why}\n` };
}

function unreadable(expected: string): VerifyError {
  return new VerifyError("NOTE_MALFORMED", `Expected ${expected}.`);
}

function decodeRoot(hex: string): Uint8Array {
  return Buffer.from(hex, "hex");
}
