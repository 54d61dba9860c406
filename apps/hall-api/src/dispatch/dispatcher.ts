import {
  beginAttempt,
  type Db,
  type Dispatch,
  findDispatch,
  findPayload,
  findReceipt,
  findTransport,
  isRedeemed,
  wasBegun,
  withTenant,
} from "@guildhall/db";
import type { DecisionBody, TenantId } from "@guildhall/protocol";
import { PgBoss } from "pg-boss";
import type { Clock } from "../clock.ts";
import type { Probe } from "../ledger/entry.ts";
import { type Ledger, receiptOf } from "../ledger/ledger.ts";
import type { Outbound } from "../outbound.ts";
import { closeDispatch, type Ending } from "./close-dispatch.ts";
import type { GrantIssuer } from "./grant.ts";
import { runWorker } from "./run-worker.ts";

/**
 * Runs sealed dispatches. Jobs are inserted by the transaction that stores a seal and by nothing else, so
 * whatever is fetched here has its sealed receipt.
 */
export interface Dispatcher {
  /** There may be work: NOTIFY, or the poll behind it. */
  wake(): void;
  /** Somebody, somewhere, ended this dispatch. */
  noteOutcome(dispatchId: string): void;
  /** Waits until a dispatch has ended, at most `timeoutMs`. */
  waitForOutcome(dispatchId: string, timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface DispatcherOptions {
  db: Db;
  clock: Clock;
  ledger: Ledger;
  grants: GrantIssuer;
  outbound: Outbound;
  probe: Probe;
  log: { warn(details: object, message: string): void; error(details: object, message: string): void };
}

interface Job {
  id: string;
  data: { tenant_id: TenantId; dispatch_id: string };
}

const CONCURRENT_MAX = 32;
const SUPERVISE_SECONDS = 5;
const BEAT_MS = 3000;
/** Work that was interrupted this often, without ever having begun, is given up. */
const ATTEMPTS_MAX = 5;
const QUEUES = ["dispatch", "dispatch-abort"] as const;
type Queue = (typeof QUEUES)[number];

export async function createDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const { db, clock, ledger, grants, outbound, probe, log } = options;
  const boss = new PgBoss({
    connectionString: db.urls.jobs,
    schema: "queue",
    migrate: false,
    createSchema: false,
    max: 4,
    // What a killed Hall had in hand is given back once its heartbeat is missed (queue: 10 s).
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
  });
  boss.on("error", (err) => log.warn({ err }, "the queue's connection failed; it is tried again"));
  await boss.start();

  const running = new Map<Promise<void>, { queue: Queue; id: string }>();
  const waiting = new Map<string, Set<() => void>>();
  let closed = false;
  let fetching = false;
  let again = false;

  async function fetchAll(): Promise<void> {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      do {
        again = false;
        for (const queue of QUEUES) {
          const room = CONCURRENT_MAX - running.size;
          if (closed || room <= 0) return;
          const jobs = (await boss.fetch(queue, { batchSize: room })) as Job[] | null;
          for (const job of jobs ?? []) start(queue, job);
          if (jobs && jobs.length === room) again = true;
        }
      } while (again && !closed);
    } catch (err) {
      log.warn({ err }, "jobs could not be fetched; the next poll tries again");
    } finally {
      fetching = false;
    }
  }

  function start(queue: Queue, job: Job): void {
    const work = run(queue, job)
      .then(() => boss.complete(queue, job.id))
      .catch(async (err) => {
        log.error({ err, dispatch: job.data.dispatch_id }, "a dispatch was interrupted; its job goes back");
        await boss.fail(queue, job.id, { reason: "INTERRUPTED" }).catch(() => undefined); // it expires by itself
      })
      .then(() => undefined)
      .finally(() => {
        running.delete(work);
        if (!closed) void fetchAll();
      });
    running.set(work, { queue, id: job.id });
  }

  /** Says that the jobs in hand are still in hand. */
  async function beat(): Promise<void> {
    for (const queue of QUEUES) {
      const ids = [...running.values()].filter((job) => job.queue === queue).map(({ id }) => id);
      if (ids.length > 0) await boss.touch(queue, ids);
    }
  }
  const heart = setInterval(() => {
    beat().catch((err) => log.warn({ err }, "jobs in hand could not be touched"));
  }, BEAT_MS);

  async function run(queue: Queue, { data }: Job): Promise<void> {
    const { tenant_id: tenantId, dispatch_id: id } = data;
    const begun = await withTenant(db, tenantId, (tx) => begin(tx, queue, id));
    if (begun === null) return;
    const end = (ending: Ending) =>
      closeDispatch({ db, clock, ledger }, begun.dispatch, ending).then(() => noteOutcome(id));
    if ("ending" in begun) return end(begun.ending);

    const { dispatch, attempt, decision, payload, transport } = begun;
    const jti = `${id}.${attempt}`;
    const { decision: made, artifact_hash, capability_id, correlation_id } = decision;
    const grant = await grants.issue({
      jti,
      sub: id,
      aud: dispatch.workerId,
      tenant_id: decision.tenant_id ?? "",
      capability_id: capability_id ?? "",
      env: String(made.inputs.env),
      data_label: String(made.inputs.data_label),
      correlation_id: correlation_id ?? "",
      artifact_hash,
      worker_record_hash: made.selected?.worker_record_hash ?? "",
    });
    probe("before-dispatch");
    const answer = await runWorker(outbound, transport, {
      grant,
      salt: payload.salt,
      request: JSON.parse(payload.content),
    });
    probe("after-dispatch");
    // An answer without redemption is no work under the grant, whatever it says.
    const redeemed = await withTenant(db, tenantId, (tx) => isRedeemed(tx, jti));
    if (answer.ok && redeemed)
      return end({ status: "succeeded", reason: null, attempts: attempt, result: answer.result });
    const reason = answer.ok ? "GRANT_NOT_REDEEMED" : answer.reason;
    await end({ status: "failed", reason, attempts: attempt, result: answer.ok ? null : answer.result });
  }

  function noteOutcome(dispatchId: string): void {
    const waiters = waiting.get(dispatchId);
    waiting.delete(dispatchId);
    for (const resolve of waiters ?? []) resolve();
  }

  return {
    wake: () => void fetchAll(),
    noteOutcome,
    async waitForOutcome(dispatchId, timeoutMs) {
      let resolve: () => void = () => undefined;
      const told = new Promise<void>((done) => {
        resolve = done;
      });
      const waiters = waiting.get(dispatchId) ?? new Set();
      waiting.set(dispatchId, waiters.add(resolve));
      const timer = setTimeout(resolve, timeoutMs);
      await told;
      clearTimeout(timer);
      waiters.delete(resolve);
      if (waiters.size === 0) waiting.delete(dispatchId);
    },
    async close() {
      closed = true;
      await Promise.allSettled(running.keys());
      clearInterval(heart);
      await boss.stop({ graceful: false });
    },
  };
}

type Begun =
  | { dispatch: Dispatch; ending: Ending }
  | {
      dispatch: Dispatch;
      attempt: number;
      decision: DecisionBody;
      payload: { salt: Uint8Array; content: string };
      transport: NonNullable<Awaited<ReturnType<typeof findTransport>>>;
    };

/** What is to be done with a job: nothing (null), close it, or run it with everything it needs. */
async function begin(
  tx: Parameters<typeof findDispatch>[0],
  queue: Queue,
  id: string,
): Promise<Begun | null> {
  const found = await findDispatch(tx, id);
  if (!found || found.endedAt) return null;
  const aborted = (reason: string): Begun => ({
    dispatch: found,
    ending: { status: "aborted", reason, attempts: found.attempts, result: null },
  });
  // The seal came after the start-by time: who asked was told 503, so nothing may run.
  if (queue === "dispatch-abort") return aborted("SEALED_TOO_LATE");

  const attempt = await beginAttempt(tx, id, new Date());
  if (attempt === null) return null;
  // A Hall died with this work in flight. Where the worker had redeemed its grant it may have worked, and work
  // is not done twice on a guess.
  const interrupted = (status: "failed" | "dead_lettered"): Begun => ({
    dispatch: found,
    ending: { status, reason: "INTERRUPTED", attempts: attempt - 1, result: null },
  });
  if (await wasBegun(tx, id)) return interrupted("failed");
  if (attempt > ATTEMPTS_MAX) return interrupted("dead_lettered");
  const stored = await findReceipt(tx, id);
  const payload = await findPayload(tx, id);
  const transport = await findTransport(tx, found.workerId, found.transportDigest);
  if (!stored || !payload || !transport) return aborted("PAYLOAD_GONE");
  const decision = receiptOf(stored) as unknown as DecisionBody;
  if (!startsWork(decision, found)) return aborted("NOT_DECIDED");
  const dispatch = await findDispatch(tx, id);
  return dispatch && { dispatch, attempt, decision, payload, transport };
}

/** Whoever writes a job and a dispatch past the Hall starts nothing by it: the receipt says what is to run, and where. */
function startsWork(decision: DecisionBody, { workerId, transportDigest }: Dispatch): boolean {
  const { kind, policy_decision, dispatched_at, decision: made } = decision;
  const isDecided = kind === "decision" && policy_decision === "ALLOW" && dispatched_at !== null;
  if (!isDecided || made.selected === null) return false;
  return made.selected.worker_id === workerId && made.selected.transport_digest === transportDigest;
}
