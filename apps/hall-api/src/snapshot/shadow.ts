import { type Db, recordShadowDifferences, type ShadowDifference, withTenant } from "@guildhall/db";
import { decide, recordedKey, requestOf, sameVerdict, verdictOf } from "@guildhall/engine";
import {
  type Decision,
  type ReceiptId,
  STEPS,
  type StepName,
  stepsOf,
  type TenantId,
} from "@guildhall/protocol";
import type { TenantSnapshot } from "./load.ts";

/**
 * Evaluates the bundle of a shadow run on the very snapshot that a decision was made with, after that decision is sealed
 * and beside the road to its answer. It enforces nothing. Whatever it cannot keep up with, or cannot write, is dropped,
 * counted and logged: a decision never waits for it and never fails with it.
 */
export interface ShadowRecorder {
  /** Takes note of a sealed decision. Returns at once and never throws. */
  note(snapshot: TenantSnapshot, agent: string, made: MadeDecision): void;
  /** Compares and writes everything noted so far. */
  flush(): Promise<void>;
  /** How many decisions were not compared, or compared in vain, since the start. */
  dropped(): number;
  /** The same as `flush`; nothing is noted after it. */
  close(): Promise<void>;
}

export interface MadeDecision {
  decisionId: ReceiptId;
  decision: Decision;
  /** The engine's `now`. */
  nowMs: number;
}

export interface ShadowOptions {
  db: Db;
  log: { warn(details: object, message: string): void };
  /** Decisions that may wait to be compared. */
  waitingMax?: number;
}

const WAITING_MAX = 5000;
/** Compared without a break; then everybody else has a turn. */
const SLICE_MS = 5;
const WRITE_AFTER_MS = 1000;
const ROWS_A_WRITE = 500;
/** Differences kept for a write while the one before it runs. */
const ROWS_MAX = 5000;

interface Noted extends MadeDecision {
  tenantId: TenantId;
  shadow: NonNullable<TenantSnapshot["shadow"]>;
  engine: TenantSnapshot["engine"];
  agent: string;
}

/** What one run still has to be told. */
interface Batch {
  tenantId: TenantId;
  decisions: number;
  rows: ShadowDifference[];
}

export function createShadowRecorder({ db, log, waitingMax = WAITING_MAX }: ShadowOptions): ShadowRecorder {
  const waiting: Noted[] = [];
  let isComparing = false;
  /** Since the start. */
  let noted = 0;
  let compared = 0;
  let batches = new Map<string, Batch>();
  let rows = 0;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let closed = false;
  let dropped = 0;
  let told = 0;

  function compareSlice(): void {
    const endsAt = performance.now() + SLICE_MS;
    let taken = 0;
    do compare(waiting[taken++] as Noted);
    while (taken < waiting.length && performance.now() < endsAt);
    waiting.splice(0, taken);
    compared += taken;
    isComparing = waiting.length > 0;
    if (isComparing) setImmediate(compareSlice);
  }

  function compare(one: Noted): void {
    const { runId } = one.shadow;
    if (rows >= ROWS_MAX) {
      dropped++;
      return;
    }
    let difference: ShadowDifference | null;
    try {
      difference = differenceOf(one);
    } catch (err) {
      log.warn({ err, run: runId, decision: one.decisionId }, "a decision could not be compared");
      dropped++;
      return;
    }
    const batch = batches.get(runId) ?? { tenantId: one.tenantId, decisions: 0, rows: [] };
    batches.set(runId, batch);
    batch.decisions++;
    if (difference !== null) {
      batch.rows.push(difference);
      rows++;
    }
    writeSoon();
  }

  function writeSoon(): void {
    if (writing) return; // its end asks again
    if (rows >= ROWS_A_WRITE) void write();
    else if (batches.size > 0) timer ??= setTimeout(() => void write(), WRITE_AFTER_MS).unref();
  }

  /** Writes what is compared by now; one write at a time. */
  function write(): Promise<void> {
    if (writing) return writing;
    if (timer) clearTimeout(timer);
    timer = null;
    const taken = batches;
    batches = new Map();
    rows = 0;
    writing = writeAll(taken).finally(() => {
      writing = null;
      tellDrops();
      writeSoon();
    });
    return writing;
  }

  async function writeAll(taken: ReadonlyMap<string, Batch>): Promise<void> {
    for (const [runId, batch] of taken) for (const part of partsOf(batch)) await writeBatch(runId, part);
  }

  async function writeBatch(runId: string, batch: Batch): Promise<void> {
    try {
      const isTaken = await withTenant(db, batch.tenantId, (tx) =>
        recordShadowDifferences(tx, runId, batch.rows, batch.decisions),
      );
      if (!isTaken) dropped += batch.decisions; // the run has ended
    } catch (err) {
      // Perhaps it was written and the answer was lost: written again it might count twice, so it is not.
      dropped += batch.decisions;
      log.warn(
        { err, run: runId, decisions: batch.decisions },
        "what a shadow run found could not be written",
      );
    }
  }

  function tellDrops(): void {
    if (dropped === told) return;
    log.warn({ dropped: dropped - told }, "decisions are missing from a shadow run");
    told = dropped;
  }

  async function flush(): Promise<void> {
    const upTo = noted;
    while (compared < upTo) await new Promise((resolve) => setImmediate(resolve));
    // The one that runs may have begun before the last of them was compared.
    await writing;
    await write();
    tellDrops();
  }

  return {
    note(snapshot, agent, made) {
      const { shadow, tenantId, engine } = snapshot;
      if (shadow === null || closed) return;
      if (waiting.length >= waitingMax) {
        dropped++;
        return;
      }
      noted++;
      waiting.push({ ...made, tenantId, shadow, engine, agent });
      if (isComparing) return;
      isComparing = true;
      setImmediate(compareSlice);
    },
    flush,
    dropped: () => dropped,
    async close() {
      closed = true;
      await flush();
    },
  };
}

/** What the run's bundle has to say otherwise, or null. Of an invalid request no bundle says anything else. */
function differenceOf({
  decisionId,
  decision,
  nowMs,
  shadow,
  engine,
  agent,
}: Noted): ShadowDifference | null {
  const { inputs } = decision;
  if (inputs.problems !== undefined) return null;
  const identities = new Set(inputs.signatory_bound === false ? [] : [String(inputs.tenant_id)]);
  const request = {
    read: requestOf(inputs),
    tenantId: engine.tenantId,
    agent,
    key: recordedKey(inputs),
    identities,
  };
  const after = decide(shadow.program, engine, request, nowMs);
  const [was, would] = [verdictOf(decision), verdictOf(after)];
  if (sameVerdict(was, would)) return null;
  return {
    decisionId,
    decidedAt: new Date(nowMs),
    ruleBefore: was.rule,
    ruleAfter: would.rule,
    outcomeBefore: was.outcome,
    outcomeAfter: would.outcome,
    codeBefore: was.code,
    codeAfter: would.code,
    workerBefore: was.worker,
    workerAfter: would.worker,
    firstDifference: partingStep(decision, after),
  };
}

/** The first step at which two decisions of one request part. */
function partingStep(before: Decision, after: Decision): StepName {
  const [was, would] = [stepsOf(before), stepsOf(after)];
  const parts = STEPS.find((step, at) => {
    if (JSON.stringify(was[at]) !== JSON.stringify(would[at])) return true;
    if (step === "rule") return before.matched_rule_id !== after.matched_rule_id;
    if (step === "worker") return before.selected?.worker_id !== after.selected?.worker_id;
    // The same step stops both, each for a reason of its own.
    return was[at]?.mark === "failed" && before.deny?.code !== after.deny?.code;
  });
  return parts ?? "approval";
}

/** Of each part at least as many decisions as differences: the differences are among them. */
function partsOf({ tenantId, decisions, rows }: Batch): Batch[] {
  const parts: Batch[] = [];
  for (let at = 0; at === 0 || at < rows.length; at += ROWS_A_WRITE) {
    const some = rows.slice(at, at + ROWS_A_WRITE);
    const isLast = at + ROWS_A_WRITE >= rows.length;
    parts.push({ tenantId, decisions: isLast ? decisions - at : ROWS_A_WRITE, rows: some });
  }
  return parts;
}
