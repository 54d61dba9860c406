import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { CrashPoint } from "../../src/ledger/entry.ts";
import { type Checker, createChecker, type Evidence } from "./checker.ts";
import type { CrashServer } from "./crash-server.ts";
import { acknowledged, ask, type Load, type Question, startLoad } from "./driver.ts";
import { enroll } from "./enroll.ts";
import { startFakeWorker } from "./fake-worker.ts";
import { forkHall, type HallChild } from "./hall-child.ts";
import { makeLoggedToken } from "./logged-token.ts";
import type { Credentials } from "./populate.ts";
import type { Random } from "./random.ts";
import { settingsOf } from "./settings.ts";

/**
 * Everything one crash test needs: a database, Halls in processes of their own over it, tenants, a worker that
 * survives, a driver, and the judge. A round leaves the Halls running again.
 */
export interface World {
  tenants: readonly Credentials[];
  admin: pg.Pool;
  evidence: Evidence;
  checker: Checker;
  /** Addresses of the Halls that serve, in the order in which they were started. */
  urls(): string[];
  /** Load without a crash. */
  work(answers: number): Promise<Round>;
  /** Kills the first Hall under load, starts it again, and repeats some questions with their keys. */
  killHall(death: Death): Promise<Round>;
  /** Kills the whole database under load and starts it again; the Halls have to find back to it. */
  killPostgres(moment: Moment): Promise<Round>;
  /** Only the kill: what happens after it is up to the caller. */
  crashHall(death: Death): Promise<Round>;
  startHall(options?: { signsBeforeCommit?: boolean }): Promise<void>;
  /**
   * Waits until all that was started has ended and all is sealed.
   * @returns false where nothing came nearer to its end for `timeoutMs`
   */
  settle(timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** Some time into the load. Counted in answers first, so that a slow machine is not killed before it began. */
export interface Moment {
  answers: number;
  thenMs: number;
}
/** When a Hall dies: at some moment, or at the n-th reach of a named point. */
export type Death = Moment | { point: CrashPoint; nth: number };

export interface Round {
  /** Questions of this round, and how many of them were acknowledged before the kill. */
  asked: number;
  acknowledged: number;
  /** From the order to start until the Hall, or the database and the Hall, serve again. */
  recoveryMs: number;
}

export interface WorldOptions {
  server: CrashServer;
  random: Random;
  halls?: number;
  /** Whether the neighbours of the Hall that dies are under load as well. */
  loadsNeighbours?: boolean;
  lanes?: number;
  tenants?: readonly string[];
}

/** How long a round waits for its last answers. Those of work that was cut off come much later, and count then. */
const PATIENCE_MS = 300;
/** How long a Hall may take until it decides again. Whoever asks how soon it does is told by the round. */
const FIND_BACK_MS = 30_000;
/** How long a load may take to come to a named point. */
const POINT_MS = 30_000;

export async function createWorld(options: WorldOptions): Promise<World> {
  const { server, random, lanes = 50 } = options;
  const folder = mkdtempSync(join(tmpdir(), "guildhall-crash-"));
  writeFileSync(join(folder, "database.json"), JSON.stringify(server.passwords), { mode: 0o600 });
  const databaseUrl = server.adminUrl((await server.createDatabase()).owner);
  const token = await makeLoggedToken(folder);
  const settings = settingsOf(folder, databaseUrl, token.signer);
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 4, connectionTimeoutMillis: 2000 });
  admin.on("error", () => undefined); // the server is killed under it

  const halls: { child: HallChild; url: string }[] = [];
  let standby = forkHall(token.env);
  const urls = () => halls.map(({ url }) => url);
  const questions: Question[] = [];
  /** Loads and repeats that may still wait for an answer. */
  const open = new Set<Promise<unknown>>();

  async function startHall(
    tenants: readonly string[] = [],
    signsBeforeCommit = false,
  ): Promise<Credentials[]> {
    const child = standby;
    standby = forkHall(token.env);
    const ready = await child.start({ settings, tenants, signsBeforeCommit });
    halls.push({ child, url: ready.url });
    return ready.tenants;
  }

  const tenants = await startHall(options.tenants ?? ["ada", "bea", "cyd"]);
  const worker = await startFakeWorker({
    halls: urls,
    workMs: () => random.whole(0, 40),
    async sealState(decisionId) {
      const { rows } = await admin.query<{ leafIndex: number; sealedSize: number }>(
        `SELECT d.leaf_index::int AS "leafIndex", s.tree_size::int AS "sealedSize"
         FROM ledger.seal_head s LEFT JOIN hall.dispatch d ON d.id = $1`,
        [decisionId],
      );
      return rows[0]!;
    },
  });
  for (const tenant of tenants) await enroll(urls()[0]!, tenant, worker.url);
  while (halls.length < (options.halls ?? 1)) await startHall();
  const identity = await (await fetch(`${urls()[0]}/.well-known/hall.json`)).json();
  const { verifier_key: verifierKey } = identity as { verifier_key: string };
  const evidence: Evidence = { admin, verifierKey, questions, worked: worker.worked, signLog: token.signLog };
  const checker = createChecker(evidence);

  let load: Load | null = null;
  /** Puts the Halls under load, does `crash`, and tells what was asked meanwhile. */
  async function underLoad(
    loaded: readonly string[],
    endsWithHall: boolean,
    crash: () => Promise<void>,
  ): Promise<Round> {
    const from = questions.length;
    load = startLoad({ random, tenants, log: questions, halls: loaded, lanes, endsWithHall });
    const startedAt = await crash().then(() => performance.now());
    load.stop();
    open.add(load.done);
    await Promise.race([load.done, sleep(PATIENCE_MS)]);
    const asked = questions.slice(from);
    const told = asked.filter(({ answers }) => answers.some((answer) => acknowledged(answer) !== null));
    return { asked: asked.length, acknowledged: told.length, recoveryMs: performance.now() - startedAt };
  }

  async function comes({ answers, thenMs }: Moment): Promise<void> {
    while ((load?.answered ?? 0) < answers) await sleep(2);
    await sleep(thenMs);
  }

  async function crashHall(death: Death): Promise<Round> {
    const { child } = halls[0]!;
    // Where a neighbour is left in peace, what it does is done for the one that died.
    return underLoad(options.loadsNeighbours ? urls() : [halls[0]!.url], true, async () => {
      if ("point" in death) {
        child.dieAt(death);
        await Promise.race([child.gone, sleep(POINT_MS)]);
      } else await comes(death);
      const reached = !("point" in death) || child.ended;
      child.kill();
      await child.gone;
      halls.shift();
      if (!reached) throw new Error(`the Hall did not come to ${JSON.stringify(death)}`);
    });
  }

  /** The same key is the same decision, before a crash and after it. Work that was cut off may take long to end. */
  async function repeatSome(asked: readonly Question[]): Promise<void> {
    const keyed = asked.filter(({ idempotencyKey }) => idempotencyKey !== null);
    const some = Array.from({ length: Math.min(8, keyed.length) }, () => random.pick(keyed));
    const asking = some.map((question) => ask(question, random.pick(urls())));
    const all = Promise.all(asking);
    open.add(all);
    await Promise.race([all, sleep(PATIENCE_MS)]);
  }

  return {
    tenants,
    admin,
    evidence,
    checker,
    urls,
    async startHall({ signsBeforeCommit = false } = {}) {
      await startHall([], signsBeforeCommit);
    },
    work: (answers) => underLoad(urls(), false, () => comes({ answers, thenMs: 0 })),
    crashHall,
    async killHall(death) {
      const from = questions.length;
      const round = await crashHall(death);
      const startedAt = performance.now();
      await startHall();
      const recoveryMs = performance.now() - startedAt;
      await repeatSome(questions.slice(from));
      return { ...round, recoveryMs };
    },
    async killPostgres(moment) {
      const from = questions.length;
      let startedAt = 0;
      const round = await underLoad(urls(), false, async () => {
        await comes(moment);
        await server.kill();
        startedAt = performance.now();
        await server.start();
        await serves(urls(), random.pick(tenants), questions);
      });
      const recoveryMs = performance.now() - startedAt;
      await repeatSome(questions.slice(from));
      return { ...round, recoveryMs };
    },
    async settle(timeoutMs) {
      let [left, since] = [Number.POSITIVE_INFINITY, performance.now()];
      while (performance.now() - since < timeoutMs) {
        const { rows } = await admin.query<{ open: number }>(
          `SELECT (SELECT count(*) FROM hall.dispatch WHERE ended_at IS NULL)
             + (SELECT h.tree_size - s.tree_size FROM ledger.log_head h, ledger.seal_head s) AS open`,
        );
        const now = Number(rows[0]?.open);
        if (now === 0) {
          await Promise.race([Promise.all(open), sleep(timeoutMs)]);
          return true;
        }
        if (now < left) [left, since] = [now, performance.now()];
        await sleep(100);
      }
      return false;
    },
    async stop() {
      const children = [...halls.map(({ child }) => child), standby];
      for (const child of children) child.kill();
      await Promise.all(children.map(({ gone }) => gone));
      await worker.stop();
      await admin.end();
      token.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every Hall decides again, without a hand being laid on it. */
async function serves(urls: readonly string[], tenant: Credentials, log: Question[]): Promise<void> {
  const giveUpAt = performance.now() + FIND_BACK_MS;
  for (const url of urls)
    for (;;) {
      const question: Question = {
        marker: `probe-${log.length}`,
        tenant,
        idempotencyKey: null,
        body: JSON.stringify({ correlation_id: `probe-${log.length}`, tenant_id: tenant.identity }),
        asked: 0,
        answers: [],
      };
      log.push(question);
      if ((await ask(question, url, "/wcp/route")).status === 200) break;
      if (performance.now() > giveUpAt) throw new Error("a Hall did not find back to its database");
      await sleep(50);
    }
}
