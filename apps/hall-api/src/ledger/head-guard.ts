import { frontierAt, rootOf } from "@guildhall/attestation";
import { type Db, readHeads, withOperator } from "@guildhall/db";
import { type Actor, HALL_CHAIN } from "@guildhall/protocol";
import type { Clock } from "../clock.ts";
import { StartError } from "../start-refusal.ts";
import { type KeptHead, keptHead, readHeadFile, writeHeadFile } from "./head-file.ts";
import type { Ledger } from "./ledger.ts";
import { readLog } from "./read-log.ts";

/** A head that was signed once and is no part of this database. */
export interface LostHead {
  lost: Pick<KeptHead, "origin" | "tree_size"> & {
    /** Null where only a witness knows of it, which tells a size and no more. */
    root: string | null;
    checkpoint: string | null;
  };
  found: { treeSize: number; root: string };
}

export interface GuardOptions {
  db: Db;
  headFile: string;
  origin: string;
  /** The operator's word that the head of this size is lost for good: HALL_RECOVER_LOG. */
  recoverLog: number | null;
}

/**
 * A database that does not hold what this Hall has signed is an old copy, or another history: going on from it
 * would give places a second time. Refused before anything is signed, unless the operator names the very head that
 * is lost (RELIABILITY H-078).
 * @throws StartError
 */
export async function guardHead(options: GuardOptions): Promise<LostHead | null> {
  const { headFile, origin } = options;
  const kept = await readKept(headFile);
  if (kept === null) return null;
  if (kept.origin !== origin)
    throw new StartError(
      `The head kept in ${headFile} is of the log ${kept.origin}, not ${origin}. Give each Hall a key file of its own.`,
    );
  return holdTo(kept, options, headFile);
}

/** The same for any signed head, wherever it was kept. */
export async function holdTo(
  kept: KeptHead,
  { db, recoverLog }: Pick<GuardOptions, "db" | "recoverLog">,
  where: string,
): Promise<LostHead | null> {
  const { log: head } = await readHeads(db.ledger, []);
  const isBehind = head.treeSize < kept.tree_size;
  if (!isBehind && (await rootAt(db, kept.tree_size)) === kept.root) return null;
  if (recoverLog === kept.tree_size)
    return { lost: kept, found: { treeSize: head.treeSize, root: await rootAt(db, head.treeSize) } };
  throw new StartError(
    `${
      isBehind
        ? `This database ends at ${head.treeSize} receipts, and this Hall has signed for ${kept.tree_size}`
        : `This database holds another history than the ${kept.tree_size} receipts that this Hall has signed for`
    } (kept in ${where}). Nothing is signed from it. Restore the newer database. ` +
      `Where it is lost for good, read docs/runbooks/restore.md first, then start once with HALL_RECOVER_LOG=${kept.tree_size}.`,
  );
}

/** Of what the database holds, in hex. */
export async function rootAt(db: Db, size: number): Promise<string> {
  return Buffer.from(rootOf(await frontierAt(size, readLog(db)))).toString("hex");
}

const RECOVERY: Actor = { kind: "hall", id: "recovery" };

/** The signed entry that says what was lost, before anything else is signed; then the file follows the new log. */
export async function recordRecovery(
  { lost, found }: LostHead,
  { db, ledger, clock, headFile }: { db: Db; ledger: Ledger; clock: Clock; headFile: string },
): Promise<void> {
  const nowMs = clock.now();
  const act = await withOperator(db, (tx) =>
    ledger.append(
      tx,
      {
        ...ledger.envelopeFor(HALL_CHAIN, RECOVERY, nowMs),
        kind: "notice",
        action: "log_recovered",
        subject: lost.origin,
        details: {
          lost_tree_size: lost.tree_size,
          lost_root: lost.root,
          lost_checkpoint: lost.checkpoint,
          found_tree_size: found.treeSize,
          found_root: found.root,
        },
      },
      nowMs,
      // Whatever was decided before stood on a log that is gone.
      "hall",
    ),
  );
  const { seal } = await ledger.sealed(act);
  await writeHeadFile(headFile, keptHead(seal.checkpoint));
}

async function readKept(path: string): Promise<KeptHead | null> {
  try {
    return await readHeadFile(path);
  } catch (cause) {
    throw new StartError(
      `The head kept in ${path} cannot be read. Without it nobody can tell an old database from the newest: ` +
        "restore the file, or compare the log with a checkpoint from outside and remove it.",
      { cause },
    );
  }
}
