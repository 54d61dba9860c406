import { instant, type TenantId } from "@guildhall/protocol";
import pg from "pg";
import { getConstructionPlans, PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendBatch, readHeads, storeSeal } from "../src/index.ts";
import { newReceiptId, sealAt, sequence } from "./stand-in-writer.ts";
import { refusalOf, startTestHall, type TestHall } from "./test-hall.ts";

/** pg-boss on the schema that a migration made, under a role that owns this schema and nothing else. */

let hall: TestHall;
let tenant: TenantId;
let boss: PgBoss;
const accidents: Error[] = [];

beforeAll(async () => {
  hall = await startTestHall();
  tenant = await hall.addTenant();
  boss = new PgBoss({
    connectionString: hall.db.urls.jobs,
    schema: "queue",
    migrate: false,
    createSchema: false,
    max: 2,
  });
  boss.on("error", (error) => accidents.push(error));
  await boss.start();
});
afterAll(async () => {
  await boss?.stop({ graceful: false });
  await hall?.stop();
});

/** Sequences and seals one dispatch. @returns its id, which is its job's */
async function sealDispatch(startBy: number): Promise<string> {
  const heads = await readHeads(hall.db.ledger, [tenant]);
  const receiptId = newReceiptId();
  const batch = sequence(heads, [{ tenantId: tenant, receiptId, startBy: instant(startBy) }]);
  await appendBatch(hall.db.ledger, batch);
  expect(await storeSeal(hall.db.ledger, sealAt(batch.next.treeSize))).toBe(true);
  return receiptId;
}

describe("a job that a seal inserted", () => {
  it.each([
    ["dispatch", 60_000],
    ["dispatch-abort", -1000],
  ])("on queue %s is, column by column, the job that pg-boss would insert", async (queue, startInMs) => {
    const ours = await sealDispatch(Date.now() + startInMs);
    const bosss = await boss.send(queue, { tenant_id: tenant, dispatch_id: ours });
    const { rows } = await hall.admin.query(
      `SELECT id, to_jsonb(j) - ARRAY['id', 'created_on', 'start_after', 'keep_until']
         || jsonb_build_object('starts in', j.start_after - j.created_on, 'is kept for', j.keep_until - j.created_on) AS job
       FROM queue.job j WHERE id IN ($1, $2)`,
      [ours, bosss],
    );
    const job = (id: string | null) => rows.find((row) => row.id === id)?.job;
    expect(job(ours)).toMatchObject({ name: queue, state: "created", "starts in": "00:00:00" });
    expect(Object.keys(job(ours)).length).toBeGreaterThan(30);
    expect(job(ours)).toEqual(job(bosss));
  });

  it("is fetched and completed by pg-boss under role jobs", async () => {
    await hall.admin.query("DELETE FROM queue.job");
    const id = await sealDispatch(Date.now() + 60_000);
    const [job] = await boss.fetch<object>("dispatch");
    expect(job).toMatchObject({ id, data: { tenant_id: tenant, dispatch_id: id } });
    expect(await boss.fetch("dispatch")).toEqual([]);
    await boss.complete("dispatch", id);
    expect(await boss.getJobById("dispatch", id)).toMatchObject({ state: "completed" });
  });

  it("is tried again after every failure: whoever runs it gives it up, the queue never does", async () => {
    const id = await fetchedDispatch();
    for (let failures = 0; failures < 5; failures++) {
      await boss.fail("dispatch", id);
      expect(await boss.getJobById("dispatch", id)).toMatchObject({ state: "retry", retryCount: failures });
      await hall.admin.query("UPDATE queue.job SET start_after = now()"); // rather than wait for it
      expect(await boss.fetch("dispatch")).toMatchObject([{ id }]);
    }
  });

  it("is tried again once its runner has died, which its heartbeat tells", async () => {
    const id = await fetchedDispatch();
    await superviseNow();
    expect(await boss.getJobById("dispatch", id)).toMatchObject({ state: "active" });
    await hall.admin.query("UPDATE queue.job SET heartbeat_on = now() - interval '1 minute'");
    await superviseNow();
    expect(await boss.getJobById("dispatch", id)).toMatchObject({ state: "retry" });
  });

  /** A pass over the queue is made at most every so many seconds: as if the last were long ago. */
  async function superviseNow(): Promise<void> {
    await hall.admin.query("UPDATE queue.queue SET monitor_on = NULL, monitor_claim_on = NULL");
    await boss.supervise("dispatch");
  }

  async function fetchedDispatch(): Promise<string> {
    await hall.admin.query("DELETE FROM queue.job");
    const id = await sealDispatch(Date.now() + 60_000);
    expect(await boss.fetch("dispatch")).toMatchObject([{ id }]);
    return id;
  }
});

describe("pg-boss", () => {
  it("keeps its queues in order under role jobs, without an accident", async () => {
    await boss.supervise();
    expect((await boss.getQueues()).map((queue) => queue.name).sort()).toContain("dispatch");
    expect(accidents).toEqual([]);
  });

  it("owns its schema and nothing beside it", async () => {
    const { rows } = await hall.admin.query(
      `SELECT DISTINCT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE pg_get_userbyid(c.relowner) = 'hall_jobs' AND n.nspname <> 'pg_toast'
       UNION SELECT n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE pg_get_userbyid(p.proowner) = 'hall_jobs'
       UNION SELECT n.nspname FROM pg_namespace n WHERE pg_get_userbyid(n.nspowner) = 'hall_jobs'`,
    );
    expect(rows).toEqual([{ schema: "queue" }]);
    const jobs = await hall.as("jobs");
    for (const attempt of [
      "CREATE SCHEMA another",
      "CREATE TABLE public.another ()",
      "CREATE TABLE hall.another ()",
    ])
      expect(await refusalOf(jobs.query(attempt)), attempt).toMatch(/^42501 /);
  });

  it("would make the same schema as our migration, in the version that is installed", async () => {
    // Partitions of the statistics are of a day: pg-boss makes them as the days come.
    const made = `WITH c AS (SELECT * FROM pg_class c WHERE relnamespace = 'queue'::regnamespace AND relname !~ '^queue_stats_[0-9]')
      SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
      FROM c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'p')
      UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN c ON c.oid = i.indrelid
      UNION ALL SELECT c.relname || ' ' || pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN c ON c.oid = k.conrelid
      WHERE k.contype <> 'n'
      UNION ALL SELECT regexp_replace(pg_get_functiondef(p.oid), '\\s+', ' ', 'g') FROM pg_proc p WHERE p.pronamespace = 'queue'::regnamespace
      UNION ALL SELECT 'version ' || version FROM queue.version ORDER BY 1`;
    const migrated = new pg.Client({ connectionString: (await hall.server.createDatabase()).owner });
    await hall.admin.query("CREATE DATABASE of_pg_boss");
    const url = new URL(hall.server.postgres.adminUrl);
    url.pathname = "/of_pg_boss";
    const fresh = new pg.Client({ connectionString: url.href });
    try {
      await Promise.all([migrated.connect(), fresh.connect()]);
      await fresh.query(getConstructionPlans("queue"));
      const theirs = (await fresh.query(made)).rows;
      await migrated.query("SET ROLE hall_jobs");
      expect((await migrated.query(made)).rows).toEqual(theirs);
      expect(theirs.length).toBeGreaterThan(100);
    } finally {
      await Promise.all([migrated.end(), fresh.end()]);
    }
  });
});
