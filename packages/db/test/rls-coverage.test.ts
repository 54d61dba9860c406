import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureReceiptPartitions } from "../src/index.ts";
import { startTestHall, type TestHall, undone } from "./test-hall.ts";

/**
 * Walls that a new table, view or grant can forget. Each list is read from the catalog and must be empty or as
 * reviewed here; each is also read once with the wall broken, in a transaction that is rolled back.
 */

let hall: TestHall;
let owner: pg.Client;

beforeAll(async () => {
  hall = await startTestHall();
  owner = await hall.as("owner");
  // Partitions of the years to come are held to the same as the first.
  await ensureReceiptPartitions(hall.db.ledger, 5_000_000);
});
afterAll(() => hall?.stop());

const OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

async function list(sql: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await owner.query<{ found: string }>(sql, values);
  return rows.map((row) => row.found).sort();
}

/** What `sql` lists once `breakage` has been done to the schema. */
function listBroken(breakage: string, sql: string, values: unknown[] = []): Promise<string[]> {
  return undone(owner, async () => {
    await owner.query(breakage);
    return list(sql, values);
  });
}

describe("tables with a tenant", () => {
  const UNFENCED = `
    SELECT format('%I.%I', n.nspname, c.relname) AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE ${OURS} AND c.relkind IN ('r', 'p', 'f') AND NOT (c.relrowsecurity AND c.relforcerowsecurity
      AND (c.relispartition OR EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)))`;

  it("have forced row-level security and a policy, without exception", async () => {
    expect(await list(UNFENCED)).toEqual([]);
  });

  it.each([
    ["a new table", "CREATE TABLE hall.stray (tenant_id uuid)", "hall.stray"],
    ["one not forced", "ALTER TABLE hall.member NO FORCE ROW LEVEL SECURITY", "hall.member"],
    ["one switched off", "ALTER TABLE ledger.receipt DISABLE ROW LEVEL SECURITY", "ledger.receipt"],
    ["one without its policy", "DROP POLICY tenant ON hall.worker_transport", "hall.worker_transport"],
    [
      "a partition not forced",
      "ALTER TABLE ledger.receipt_000005 NO FORCE ROW LEVEL SECURITY",
      "ledger.receipt_000005",
    ],
  ])("are missed when the wall is down: %s", async (_, breakage, table) => {
    expect(await listBroken(breakage, UNFENCED)).toEqual([table]);
  });

  it("are all tables but these, which belong to no tenant", async () => {
    const tables = await list(`
      SELECT format('%I.%I', n.nspname, c.relname) AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${OURS} AND c.relkind IN ('r', 'p', 'f') AND NOT EXISTS (
        SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)`);
    expect(tables).toEqual([
      "hall.account", // people, members of any tenants; fenced by the account, see below
      "hall.authority", // public: the certificates of the Hall's own authorities
      "hall.factor", // what people sign in with; fenced by the account
      "hall.founding_link", // of whoever signs up, before there is a tenant; for the operator's role alone
      "hall.grant_key", // public keys of the Hall's own processes
      "hall.hall_key", // public keys of the Hall itself
      "hall.passkey", // what people sign in with; fenced by the account
      "hall.revocation_list", // public: serial numbers and reasons, as every CRL
      "hall.sign_in_count", // counts under hashes
      "hall.sign_in_failure", // who tried in vain to sign in, before any tenant is known; the operator's to read
      "hall.tenant", // the tenants themselves; fenced by their id
      "ledger.checkpoint", // public
      "ledger.cosignature", // public: what witnesses said of the log
      "ledger.log_head", // public: size and root of the log
      "ledger.log_leaf", // public: hashes only
      "ledger.log_node", // public: hashes only
      "ledger.seal_head", // public: size of the largest checkpoint
      "public._prisma_migrations", // the owner's bookkeeping
      "queue.bam", // pg-boss's own schema from here on: jobs carry ids only, and only role jobs reads them
      "queue.instance",
      "queue.job",
      "queue.job_common",
      "queue.job_dependency",
      "queue.queue",
      "queue.queue_stats",
      "queue.schedule",
      "queue.subscription",
      "queue.version",
      "queue.warning",
    ]);
  });

  it("fence the list of tenants as well, and the accounts of people with all that belongs to them", async () => {
    const fenced = `SELECT relname AS found FROM pg_class WHERE relforcerowsecurity
      AND oid IN ('hall.tenant'::regclass, 'hall.account'::regclass, 'hall.factor'::regclass, 'hall.passkey'::regclass)`;
    expect(await list(fenced)).toEqual(["account", "factor", "passkey", "tenant"]);
  });
});

describe("partitions of the receipts", () => {
  const GRANTED = `
    SELECT c.relname AS found FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'ledger.receipt'::regclass AND (
      EXISTS (SELECT 1 FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)
      OR EXISTS (SELECT 1 FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL))`;

  it("are granted to nobody, so that receipts are reached through their parent alone", async () => {
    expect(await list(GRANTED)).toEqual([]);
    const made = await list(
      "SELECT inhrelid::regclass::text AS found FROM pg_inherits WHERE inhparent = 'ledger.receipt'::regclass",
    );
    expect(made).toHaveLength(4); // 0 and 1 by the migration, 5 and 6 above
    const breakage = "GRANT SELECT ON ledger.receipt_000006 TO hall_app";
    expect(await listBroken(breakage, GRANTED)).toEqual(["receipt_000006"]);
  });
});

describe("objects that row-level security does not reach", () => {
  const DEFINER_VIEWS = `
    SELECT format('%I.%I', n.nspname, c.relname) AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OURS} AND c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)`;

  it("are no views that read with their owner's rights", async () => {
    expect(await list(DEFINER_VIEWS)).toEqual([]);
    const breakage = `CREATE VIEW hall.leak AS SELECT * FROM hall.member;
      CREATE VIEW hall.sound WITH (security_invoker = true) AS SELECT * FROM hall.member`;
    expect(await listBroken(breakage, DEFINER_VIEWS)).toEqual(["hall.leak"]);
  });

  const MATERIALIZED = `
    SELECT format('%I.%I', n.nspname, c.relname) AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OURS} AND c.relkind = 'm'`;

  it("are no materialized views", async () => {
    expect(await list(MATERIALIZED)).toEqual([]);
    const breakage = "CREATE MATERIALIZED VIEW hall.leak AS SELECT 1 AS one";
    expect(await listBroken(breakage, MATERIALIZED)).toEqual(["hall.leak"]);
  });

  const READABLE_SEQUENCES = `
    SELECT DISTINCT format('%I.%I to %I', n.nspname, c.relname, r.rolname) AS found
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_roles r ON r.rolname ~ '^hall_' AND NOT pg_has_role(r.oid, c.relowner, 'MEMBER')
    WHERE ${OURS} AND c.relkind = 'S' AND has_sequence_privilege(r.oid, c.oid, 'SELECT, USAGE')`;

  it("are no sequences whose counters another role can read", async () => {
    expect(await list(READABLE_SEQUENCES)).toEqual([]);
    const breakage = "CREATE SEQUENCE hall.counter; GRANT SELECT ON hall.counter TO hall_app";
    expect(await listBroken(breakage, READABLE_SEQUENCES)).toEqual(["hall.counter to hall_app"]);
  });
});

describe("privileges that step around policies", () => {
  const ROUND_POLICIES = `
    SELECT format('%s on %I.%I to %I', p.privilege, n.nspname, c.relname, r.rolname) AS found
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_roles r ON r.rolname ~ '^hall_' AND NOT pg_has_role(r.oid, c.relowner, 'MEMBER')
    CROSS JOIN unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER', 'DELETE']) AS p (privilege)
    WHERE ${OURS} AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND has_table_privilege(r.oid, c.oid, p.privilege)`;

  it("TRUNCATE, REFERENCES, TRIGGER and DELETE are nobody's but the owner's, on any table", async () => {
    expect(await list(ROUND_POLICIES)).toEqual([]);
    const breakage = "GRANT TRUNCATE ON hall.member TO hall_app; GRANT DELETE ON ledger.receipt TO PUBLIC";
    expect(await listBroken(breakage, ROUND_POLICIES)).toEqual([
      "DELETE on ledger.receipt to hall_app",
      "DELETE on ledger.receipt to hall_append",
      "DELETE on ledger.receipt to hall_enqueue",
      "DELETE on ledger.receipt to hall_jobs",
      "DELETE on ledger.receipt to hall_ledger",
      "DELETE on ledger.receipt to hall_lookup",
      "DELETE on ledger.receipt to hall_meter",
      "DELETE on ledger.receipt to hall_operator",
      "TRUNCATE on hall.member to hall_app",
    ]);
  });

  // The owner is a member of jobs, so that it could hand the schema over.
  const CREATORS = `
    SELECT format('%I in %I', r.rolname, n.nspname) AS found FROM pg_namespace n, pg_roles r
    WHERE ${OURS} AND r.rolname ~ '^hall_' AND r.rolname <> 'hall_owner' AND has_schema_privilege(r.oid, n.oid, 'CREATE')
    UNION ALL
    SELECT format('%I makes %s', r.rolname, p.what) FROM pg_roles r,
      (VALUES ('CREATE', 'schemas'), ('TEMP', 'temporary tables')) AS p (privilege, what)
    WHERE r.rolname ~ '^hall_' AND r.rolname <> 'hall_owner' AND has_database_privilege(r.oid, current_database(), p.privilege)`;

  it("nobody but the owner may create in any schema, and jobs in its own", async () => {
    expect(await list(CREATORS)).toEqual(["hall_jobs in queue"]);
    const breakage = "GRANT CREATE ON SCHEMA hall TO hall_app";
    expect(await listBroken(breakage, CREATORS)).toEqual(["hall_app in hall", "hall_jobs in queue"]);
  });

  const EVERYBODYS = `
    SELECT format('%I', n.nspname) AS found FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    WHERE ${OURS} AND a.grantee = 0 AND a.privilege_type = 'CREATE'`;

  it("roles that are not the Hall's may create in no schema either", async () => {
    expect(await list(EVERYBODYS)).toEqual([]);
    expect(await listBroken("GRANT CREATE ON SCHEMA ledger TO PUBLIC", EVERYBODYS)).toEqual(["ledger"]);
  });
});
