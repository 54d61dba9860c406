import {
  appendLeaves,
  encodeFrontier,
  type Frontier,
  frontierAt,
  inclusionProof,
  rootOf,
  signCheckpoint,
} from "@guildhall/attestation";
import { type Db, readHeads, readLeaves, type StoredSeal, sealGap, storeSeal } from "@guildhall/db";
import { HallError, type Seal } from "@guildhall/protocol";
import type { LogKeys } from "../keys/log-keys.ts";
import { readLog } from "./read-log.ts";

/**
 * Signs what is committed. Batches are sealed as they are written; besides, every instance watches for
 * committed entries without a stored seal and seals them, so neither a crashed neighbour nor an
 * administrative act waits for a restart. Safe because what is signed is already durable.
 */
export interface Sealer {
  /** True while the last attempt to sign succeeded and the signer's token is there. Otherwise no decision is recorded. */
  healthy(): boolean;
  /** The largest tree size known to be sealed by this instance or stored by any. */
  sealedSize(): number;
  /** Signs the tree head of a batch that was just committed at `epoch` of the log. */
  sign(treeSize: number, root: Uint8Array, epoch: number): Promise<string>;
  /** Told of every seal, signed here or found stored. */
  noteSeal(treeSize: number, note: string): void;
  /** Seals whatever is committed and has no stored seal. */
  sealCommitted(): Promise<void>;
  /** Waits for a seal that covers the leaf. @throws HallError SIGNER_UNAVAILABLE after `timeoutMs` */
  waitForSeal(leafIndex: number, timeoutMs: number): Promise<void>;
  /** The proof of a leaf against the newest checkpoint, or against the one that is given. */
  sealOf(leafIndex: number, under?: Pick<StoredSeal, "treeSize" | "note">): Promise<Seal>;
  close(): void;
}

export interface SealerOptions {
  db: Db;
  keys: LogKeys;
  origin: string;
  /** Told of every seal, signed here or found stored, larger than those before. */
  onSeal?: (treeSize: number, note: string) => void;
  log: { error(details: object, message: string): void };
}

const LEAVES_A_READ = 10_000;

export function createSealer({ db, keys, origin, onSeal, log }: SealerOptions): Sealer {
  let healthy = true;
  let newest: { treeSize: number; note: string } = { treeSize: 0, note: "" };
  let running: Promise<void> | null = null;
  let again = false;
  const waiting = new Set<{
    leafIndex: number;
    resolve: () => void;
    reject: (e: Error) => void;
    timer: NodeJS.Timeout;
  }>();

  const read = readLog(db);

  async function sign(treeSize: number, root: Uint8Array, epoch: number): Promise<string> {
    try {
      const note = await signCheckpoint(await keys.forTree(treeSize, epoch), { origin, treeSize, root });
      healthy = true;
      return note;
    } catch (cause) {
      healthy = false;
      throw new HallError("SIGNER_UNAVAILABLE", { cause });
    }
  }

  function noteSeal(treeSize: number, note: string): void {
    if (treeSize <= newest.treeSize) return;
    newest = { treeSize, note };
    onSeal?.(treeSize, note);
    for (const waiter of waiting) {
      if (waiter.leafIndex >= treeSize) continue;
      waiting.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.resolve();
    }
  }

  /** The tree from stored leaves alone: a head that disagrees with them is never signed. */
  async function rebuild(from: number, to: number): Promise<Frontier> {
    let frontier = await frontierAt(from, read);
    for (let start = from; start < to; start += LEAVES_A_READ) {
      const leaves = await readLeaves(db.ledger, start, Math.min(LEAVES_A_READ, to - start));
      frontier = appendLeaves(
        frontier,
        leaves.map((leaf) => leaf.hash),
      ).frontier;
    }
    return frontier;
  }

  async function sealOnce(): Promise<void> {
    const { treeSize, sealedSize } = await sealGap(db.ledger);
    const hasGap = sealedSize < treeSize;
    if (!hasGap && (newest.treeSize < sealedSize || newest.note === "")) await adoptStored();
    // A signer that failed shows by another signature that it is well again, even where a neighbour sealed meanwhile.
    if ((!hasGap && healthy) || !keys.available()) return;
    const { log: head } = await readHeads(db.ledger, []);
    const frontier = await rebuild(sealedSize, head.treeSize);
    if (!head.frontier.equals(encodeFrontier(frontier))) {
      log.error(
        { treeSize: head.treeSize },
        "the stored leaves are not those of the log's head; nothing is signed",
      );
      throw new HallError("LEDGER_UNAVAILABLE", { detail: { reason: "LOG_DAMAGED" } });
    }
    const note = await sign(head.treeSize, rootOf(frontier), head.epoch);
    if (!hasGap) return;
    const seal: StoredSeal = { treeSize: head.treeSize, note, signatures: [] };
    await storeSeal(db.ledger, seal);
    noteSeal(head.treeSize, note);
  }

  async function adoptStored(): Promise<void> {
    const { rows } = await db.ledger.query<{ tree_size: string; note: string }>(
      "SELECT tree_size, note FROM ledger.checkpoint ORDER BY tree_size DESC LIMIT 1",
    );
    if (rows[0]) noteSeal(Number(rows[0].tree_size), rows[0].note);
  }

  return {
    healthy: () => healthy && keys.available(),
    sealedSize: () => newest.treeSize,
    sign,
    noteSeal,
    sealCommitted() {
      // One run at a time; whoever asks meanwhile is served by one more run after it.
      if (running) {
        again = true;
        return running;
      }
      running = (async () => {
        do {
          again = false;
          await sealOnce();
        } while (again);
      })().finally(() => {
        running = null;
      });
      return running;
    },
    waitForSeal(leafIndex, timeoutMs) {
      if (leafIndex < newest.treeSize) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const waiter = {
          leafIndex,
          resolve,
          reject,
          timer: setTimeout(() => {
            waiting.delete(waiter);
            reject(new HallError("SIGNER_UNAVAILABLE"));
          }, timeoutMs),
        };
        waiting.add(waiter);
      });
    },
    async sealOf(leafIndex, { treeSize, note } = newest) {
      if (leafIndex >= treeSize) throw new HallError("SIGNER_UNAVAILABLE");
      const proof = await inclusionProof(leafIndex, treeSize, read);
      return { checkpoint: note, inclusion_proof: proof.map((hash) => Buffer.from(hash).toString("base64")) };
    },
    close() {
      for (const waiter of waiting) {
        clearTimeout(waiter.timer);
        waiter.reject(new HallError("SHUTTING_DOWN"));
      }
      waiting.clear();
    },
  };
}
