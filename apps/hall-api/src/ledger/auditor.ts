import {
  appendLeaves,
  emptyFrontier,
  type Frontier,
  openNote,
  parseVerifierKey,
  readCheckpoint,
  rootOf,
  VerifyError,
} from "@guildhall/attestation";
import { type AuditRow, type Db, latestCheckpoint, readAuditRows, withOperator } from "@guildhall/db";
import { HALL_CHAIN } from "@guildhall/protocol";
import type { Raise } from "./raise-alert.ts";
import { restAfter } from "./rest-after.ts";

/**
 * Reads the stored log again and compares everything with everything: bodies with their hashes, hashes with leaves,
 * leaves with the signed root, receipts with their chains. Triggers and constraints do not stop whoever may switch
 * them off; this finds it afterwards, and the alert is a receipt of its own (H-079).
 *
 * Each round reads what is new and the next part of what was read before. Of each part the auditor remembers, in its
 * own memory, what it was when it was proven against a signature: later changes are found even where the tables agree.
 */
export interface Auditor {
  /** One round. @returns what was found for the first time; each place is told once */
  audit(): Promise<Finding[]>;
  /** How far the log has been proven, and how much of it a round reads again. */
  progress(): { provenSize: number; rowsARound: number };
}

export interface Finding {
  leafIndex: number;
  code:
    | "BODY_CHANGED"
    | "LEAF_CHANGED"
    | "PLACE_CHANGED"
    | "CHAIN_BROKEN"
    | "RECEIPT_MISSING"
    | "CHECKPOINT_CHANGED"
    | "ROOT_MISMATCH";
}

export interface AuditorOptions {
  db: Db;
  raise: Raise;
  origin: string;
  /** The key of the log that speaks for a tree of this size. */
  key: (treeSize: number) => Promise<string>;
  rowsARound?: number;
  rowsAPage?: number;
  /** Ends a round between two pages. */
  signal?: AbortSignal;
}

/** In rounds of 10 s, six a minute: a log of 60,000 receipts is read whole within 60 s, a larger one in proportion. */
const ROWS_A_ROUND = 10_000;
/** So many are read and held against each other between two rests: a Hall that stops waits for no more than these. */
const ROWS_A_PAGE = 100;

export function createAuditor(options: AuditorOptions): Auditor {
  const { db, origin, rowsARound = ROWS_A_ROUND, rowsAPage = ROWS_A_PAGE, signal } = options;
  /** What was hashed so far; compared with a signature wherever one fits. */
  let frontier: Frontier = emptyFrontier();
  let provenSize = 0;
  let provenNote: string | null = null;
  /** The leaf of every place, as it was first read: 32 bytes each, so a million receipts take 32 MB. */
  const remembered: Buffer[] = [];
  const chains = new Map<string, { seq: number; hash: string }>();
  const told = new Set<string>();
  let cursor = 0;

  async function* pages(from: number, to: number): AsyncGenerator<AuditRow[]> {
    for (let at = from; at < to; at += rowsAPage) {
      const end = Math.min(at + rowsAPage, to);
      yield await restAfter(() => withOperator(db, (tx) => readAuditRows(tx, at, end)), signal);
    }
  }

  /** What is new: row by row, each chain link by link, and the tree against what the key signed. */
  async function readOn(found: Finding[]): Promise<void> {
    const newest = await latestCheckpoint(db.ledger);
    if (!newest) return;
    const end = Math.min(newest.treeSize, frontier.size + rowsARound);
    for await (const rows of pages(frontier.size, end)) {
      for (const row of rows) found.push(...faultsOf(row), ...linkFaults(row));
      const leaves = rows.map(({ leafHash }) => Buffer.from(leafHash ?? "00".repeat(32), "hex"));
      remembered.push(...leaves);
      frontier = appendLeaves(frontier, leaves).frontier;
    }
    if (frontier.size !== newest.treeSize || newest.note === provenNote) return;
    const claim = await signedClaim(newest);
    const isOfTree = claim?.origin === origin && claim.treeSize === frontier.size;
    if (isOfTree && Buffer.from(claim.root).equals(rootOf(frontier))) {
      provenSize = frontier.size;
      provenNote = newest.note;
    } else found.push({ leafIndex: frontier.size - 1, code: claim ? "ROOT_MISMATCH" : "CHECKPOINT_CHANGED" });
  }

  /** Null for what the log's key did not sign: nobody stops the audit by writing such a thing. */
  async function signedClaim({ treeSize, note }: { treeSize: number; note: string }) {
    const key = await parseVerifierKey(await options.key(treeSize));
    try {
      return await readCheckpoint((await openNote(note, [key])).text);
    } catch (error) {
      if (error instanceof VerifyError) return null;
      throw error;
    }
  }

  /** The next part of what was read before, against what it was then. */
  async function readAgain(end: number, found: Finding[]): Promise<void> {
    // Around the end and on from the beginning, so that a small log is read whole in each round.
    for (let left = Math.min(end, rowsARound); left > 0; ) {
      if (cursor >= end) cursor = 0;
      const to = Math.min(end, cursor + left);
      for await (const rows of pages(cursor, to))
        for (const row of rows) {
          found.push(...faultsOf(row));
          if (row.leafHash !== remembered[row.leafIndex]!.toString("hex"))
            found.push({ leafIndex: row.leafIndex, code: "LEAF_CHANGED" });
        }
      left -= to - cursor;
      cursor = to;
    }
  }

  function linkFaults({ chain, seq, leafIndex, prevHash, receiptHash }: AuditRow): Finding[] {
    if (chain === null || receiptHash === null) return [];
    const before = chains.get(chain);
    chains.set(chain, { seq, hash: receiptHash });
    const fits = seq === (before ? before.seq + 1 : 0) && prevHash === (before?.hash ?? null);
    return fits ? [] : [{ leafIndex, code: "CHAIN_BROKEN" }];
  }

  function raise(findings: readonly Finding[]): Promise<void> {
    return options.raise(HALL_CHAIN, {
      subject: "ledger",
      code: "LEDGER_CHANGED",
      message: "the stored log is not what was signed",
      findings: findings.map(({ leafIndex, code }) => ({ leaf_index: leafIndex, code })),
    });
  }

  return {
    async audit() {
      const found: Finding[] = [];
      const readBefore = frontier.size;
      await readOn(found);
      await readAgain(readBefore, found);
      const fresh = found.filter(({ leafIndex, code }) => !told.has(`${leafIndex} ${code}`));
      if (fresh.length > 0) await raise(fresh);
      // Only once the alert stands: a round that failed tells it again.
      for (const { leafIndex, code } of fresh) told.add(`${leafIndex} ${code}`);
      return fresh;
    },
    progress: () => ({ provenSize, rowsARound }),
  };
}

function faultsOf(row: AuditRow): Finding[] {
  const { leafIndex, receiptHash, bodyHash, leafHash, isConsistent } = row;
  if (receiptHash === null || leafHash === null) return [{ leafIndex, code: "RECEIPT_MISSING" }];
  if (bodyHash !== receiptHash || receiptHash !== leafHash) return [{ leafIndex, code: "BODY_CHANGED" }];
  return isConsistent ? [] : [{ leafIndex, code: "PLACE_CHANGED" }];
}
