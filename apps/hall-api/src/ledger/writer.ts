import { signReceipt } from "@guildhall/attestation";
import { appendBatch, appendLocked, type Db, ensureReceiptPartitions, readHeads } from "@guildhall/db";
import { HallError, type Sha256Hex, type TenantId } from "@guildhall/protocol";
import type { LogKeys } from "../keys/log-keys.ts";
import type { Entry, Probe, Sealed, Submitted } from "./entry.ts";
import { createGathering } from "./gathering.ts";
import { createPendingSeal } from "./pending-seal.ts";
import type { Sealer } from "./sealer.ts";
import { type Position, positionOf, type SequencedBatch, sequenceBatch } from "./sequence.ts";

/**
 * The ledger writer of one instance: group commit, then seal, then answer (ARCHITECTURE 3a). Batches form
 * while the one before commits and while more comes.
 */
export interface LedgerWriter {
  /**
   * Sequences, commits and seals one decision.
   * @throws HallError LEDGER_UNAVAILABLE, SIGNER_UNAVAILABLE, SHUTTING_DOWN: no receipt, so nothing runs
   */
  submit(entry: Entry): Promise<Submitted>;
  /** Finishes what was submitted and stores the last seal. */
  close(): Promise<void>;
}

export interface WriterOptions {
  db: Db;
  keys: LogKeys;
  sealer: Sealer;
  receiptSignatures: boolean;
  now: () => number;
  probe: Probe;
  /** Looks for a receipt whose commit was cut off by a lost connection; null while nobody can tell. */
  isCommitted: (tenant: TenantId, receiptId: string) => Promise<boolean>;
  log: { warn(details: object, message: string): void };
}

interface Waiting {
  entry: Entry;
  resolve: (submitted: Submitted) => void;
  reject: (error: unknown) => void;
}

const BATCH_MAX = 256;
const QUEUE_MAX = 20_000;
/** How long somebody waits for a seal before 503; also the start-by time of a dispatch. */
export const SEAL_DEADLINE_MS = 5000;
const UNCERTAIN_MS = 30_000;
const PARTITION_LEAVES = 1_000_000;

export function createLedgerWriter(options: WriterOptions): LedgerWriter {
  const { db, keys, sealer, now, probe, log } = options;
  /** Heads as this instance last left them; null where another may have written since. */
  let position: Position | null = null;
  let queue: Waiting[] = [];
  let running: Promise<void> | null = null;
  let closed = false;
  const gathering = createGathering();
  const pendingSeal = createPendingSeal(db, probe, log);
  let partitionsUpTo = 0;
  /** Batches between commit and answer. */
  const unanswered = new Set<Promise<void>>();

  async function run(): Promise<void> {
    while (queue.length > 0) {
      await gathering.enough(() => queue.length);
      const batch = queue.splice(0, BATCH_MAX);
      // What waited when the signer was lost is refused as what comes after, and never decided late.
      if (!sealer.healthy()) {
        for (const waiting of batch) waiting.reject(new HallError("SIGNER_UNAVAILABLE"));
        continue;
      }
      try {
        await commit(batch);
      } catch (cause) {
        position = null;
        log.warn({ err: cause, entries: batch.length }, "a batch could not be committed");
        for (const waiting of batch) void settleUncertain(waiting, cause);
      }
    }
    running = null;
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    const at = await currentPosition(batch);
    let kept = unfenced(batch, at);
    if (kept.length === 0) return;
    await makePartitions(at.log.treeSize + kept.length);
    probe("before-commit");

    const carried = pendingSeal.take();
    const optimistic = sequenceBatch(
      kept.map(({ entry }) => entry),
      at,
      now(),
      carried,
    );
    let committed: SequencedBatch | null = optimistic;
    let result: "appended" | "lost" | "duplicate_key";
    try {
      result = await appendBatch(db.ledger, optimistic.batch);
    } catch (error) {
      pendingSeal.keep(carried);
      throw error;
    }
    if (result === "duplicate_key") pendingSeal.keep(carried);
    else if (carried) probe("seal-stored");
    if (result !== "appended") {
      position = null;
      [committed, kept] = await commitLocked(kept);
      if (committed === null) return;
    }
    position = committed.after;
    probe("between-commit-and-seal");
    const answered = sealAndAnswer(committed, kept).finally(() => unanswered.delete(answered));
    unanswered.add(answered);
  }

  /** The cached heads, or fresh ones where a tenant of the batch is new here or was decided ahead of the cache. */
  async function currentPosition(batch: readonly Waiting[]): Promise<Position> {
    const cached = position;
    const fits =
      cached !== null &&
      batch.every(({ entry }) => {
        const chain = cached.chains.get(entry.tenantId);
        return chain !== undefined && entry.epoch <= chain.epoch && entry.hallEpoch <= cached.log.epoch;
      });
    if (fits) return cached;
    const tenants = new Set(batch.map(({ entry }) => entry.tenantId));
    const fresh = positionOf(await readHeads(db.ledger, [...tenants]));
    // Heads of other tenants are still those of the cache only if nobody wrote in between.
    if (cached?.log.treeSize === fresh.log.treeSize && cached.log.epoch === fresh.log.epoch)
      for (const [tenant, chain] of cached.chains)
        if (!fresh.chains.has(tenant)) fresh.chains.set(tenant, chain);
    position = fresh;
    return fresh;
  }

  /** Sends back what was decided under an older epoch; the rest stays. */
  function unfenced(batch: readonly Waiting[], at: Pick<Position, "log" | "chains">): Waiting[] {
    const kept: Waiting[] = [];
    for (const waiting of batch) {
      const { entry } = waiting;
      const chain = at.chains.get(entry.tenantId);
      if (!chain || entry.epoch !== chain.epoch || entry.hallEpoch !== at.log.epoch)
        waiting.resolve({ outcome: "fenced" });
      else kept.push(waiting);
    }
    return kept;
  }

  /** The road for a batch that lost: lock, read, drop, number, write, in one transaction. */
  async function commitLocked(batch: readonly Waiting[]): Promise<[SequencedBatch | null, Waiting[]]> {
    let kept: Waiting[] = [];
    let sequenced: SequencedBatch | null = null;
    const duplicates: Waiting[] = [];
    const fenced: Waiting[] = [];
    await appendLocked(db.ledger, {
      tenants: [...new Set(batch.map(({ entry }) => entry.tenantId))],
      keys(heads) {
        for (const waiting of batch) {
          const chain = heads.chains.get(waiting.entry.tenantId);
          const { epoch, hallEpoch } = waiting.entry;
          (chain?.epoch === epoch && heads.log.epoch === hallEpoch ? kept : fenced).push(waiting);
        }
        return kept.flatMap(({ entry }) =>
          entry.idempotency
            ? [{ ...entry.idempotency, tenantId: entry.tenantId, receiptId: entry.receiptId }]
            : [],
        );
      },
      sequence(heads, taken) {
        // Two requests of one batch may carry one key: the first of them stays.
        const seen = new Set<string>();
        const stay: Waiting[] = [];
        for (const waiting of kept) {
          const { idempotency, tenantId } = waiting.entry;
          const name = idempotency && `${tenantId}/${idempotency.key}`;
          if (name && (taken.has(name) || seen.has(name))) duplicates.push(waiting);
          else stay.push(waiting);
          if (name) seen.add(name);
        }
        kept = stay;
        if (kept.length === 0) return null;
        sequenced = sequenceBatch(
          kept.map(({ entry }) => entry),
          positionOf(heads),
          now(),
          null,
        );
        return sequenced.batch;
      },
    });
    for (const waiting of fenced) waiting.resolve({ outcome: "fenced" });
    for (const waiting of duplicates) waiting.resolve({ outcome: "duplicate" });
    return [sequenced, kept];
  }

  async function sealAndAnswer(committed: SequencedBatch, kept: readonly Waiting[]): Promise<void> {
    const { sequenced, batch } = committed;
    let note: string;
    let signatures: (string | null)[];
    try {
      const { epoch } = committed.after.log;
      note = await sealer.sign(batch.next.treeSize, batch.next.root, epoch);
      const signer = await keys.forLeaf(batch.next.treeSize - 1, epoch);
      signatures = options.receiptSignatures
        ? await Promise.all(sequenced.map(({ hash }) => signReceipt(signer, hash)))
        : sequenced.map(() => null);
    } catch (cause) {
      log.warn({ err: cause }, "a committed batch waits for its seal");
      await Promise.all(kept.map((waiting, i) => answerLate(waiting, committed, i)));
      return;
    }
    pendingSeal.keep({
      treeSize: batch.next.treeSize,
      note,
      signatures: signatures.flatMap((signature, i) => {
        const { leafIndex, tenantId } = batch.entries[i]!;
        return signature ? [{ leafIndex, tenantId, signature: Buffer.from(signature, "base64") }] : [];
      }),
    });
    sealer.noteSeal(batch.next.treeSize, note);
    probe("between-seal-and-answer");
    const proofs = committed.proofs();
    kept.forEach((waiting, i) => {
      const inclusion_proof = proofs[i]!.map((hash) => Buffer.from(hash).toString("base64"));
      const seal = { checkpoint: note, inclusion_proof };
      waiting.resolve({ outcome: "sealed", sealed: sealedOf(committed, i, signatures[i] ?? null, seal) });
    });
  }

  /** For who waits while the signer is away: answered by whichever seal comes first, or refused in time. */
  async function answerLate(waiting: Waiting, committed: SequencedBatch, i: number): Promise<void> {
    const { leafIndex } = committed.batch.entries[i]!;
    const { startBy } = waiting.entry.dispatch ?? {};
    try {
      // A seal that comes after the start-by time starts nothing, so 503 is true from then on.
      const wait = startBy ? Date.parse(startBy) - now() + 100 : SEAL_DEADLINE_MS;
      await sealer.waitForSeal(leafIndex, Math.max(wait, 100));
      const sealed = sealedOf(committed, i, null, await sealer.sealOf(leafIndex));
      waiting.resolve({ outcome: "sealed", sealed });
    } catch (error) {
      waiting.reject(error);
    }
  }

  /**
   * A commit whose answer was lost may have happened. Where it would start work, nobody is told 503 before
   * it is known that the receipt is not there, or that no seal can start it any more.
   */
  async function settleUncertain(waiting: Waiting, cause: unknown): Promise<void> {
    const { entry } = waiting;
    const refusal = new HallError("LEDGER_UNAVAILABLE", { cause, detail: { decision_id: entry.receiptId } });
    if (!entry.dispatch) return waiting.reject(refusal);
    const startBy = Date.parse(entry.dispatch.startBy);
    const giveUp = now() + UNCERTAIN_MS;
    while (now() < giveUp) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      if (now() <= startBy) continue;
      try {
        const committed = await options.isCommitted(entry.tenantId, entry.receiptId);
        return committed ? waiting.resolve({ outcome: "committed" }) : waiting.reject(refusal);
      } catch {
        // The database does not answer yet: nobody can tell, so we ask again.
      }
    }
    waiting.reject(refusal);
  }

  async function makePartitions(upTo: number): Promise<void> {
    if (upTo < partitionsUpTo) return;
    await ensureReceiptPartitions(db.ledger, upTo);
    // Two partitions stand ahead; ask again half a partition before the second begins.
    partitionsUpTo = (Math.floor(upTo / PARTITION_LEAVES) + 1) * PARTITION_LEAVES - PARTITION_LEAVES / 2;
    if (partitionsUpTo <= upTo) partitionsUpTo = upTo + PARTITION_LEAVES / 2;
  }

  return {
    submit(entry) {
      if (closed) return Promise.reject(new HallError("SHUTTING_DOWN"));
      if (!sealer.healthy()) return Promise.reject(new HallError("SIGNER_UNAVAILABLE"));
      if (queue.length >= QUEUE_MAX)
        return Promise.reject(new HallError("LEDGER_UNAVAILABLE", { detail: { reason: "QUEUE_FULL" } }));
      const submitted = new Promise<Submitted>((resolve, reject) => {
        queue.push({ entry, resolve, reject });
        running ??= Promise.resolve().then(run);
      });
      gathering.enter(queue.length);
      return submitted.finally(gathering.leave);
    },
    async close() {
      closed = true;
      while (running || unanswered.size > 0) await Promise.allSettled([running, ...unanswered]);
      await pendingSeal.close();
      queue = [];
    },
  };
}

function sealedOf(
  committed: SequencedBatch,
  i: number,
  signature: string | null,
  seal: Sealed["seal"],
): Sealed {
  const { body, bytes, hash } = committed.sequenced[i]!;
  return { body, bytes, receiptHash: Buffer.from(hash).toString("hex") as Sha256Hex, signature, seal };
}
