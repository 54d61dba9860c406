import { randomUUID } from "node:crypto";
import type { TenantId } from "@guildhall/protocol";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMember, withTenant } from "../src/index.ts";
import { inTenant, refusalOf, startTestHall, type TestHall, undone } from "./test-hall.ts";

/**
 * Each way around row-level security of RELIABILITY 1.3, gone as role app: on the schema as it is, where it leads nowhere,
 * and once more with the wall broken, where it shows the other tenant's row. Without the second the first says nothing.
 * What is refused on the schema as it is: tenant-separation.test.ts; what its catalog must hold: rls-coverage.test.ts.
 */

let hall: TestHall;
let app: pg.Client;
let ours: TenantId;
let theirs: TenantId;
/** Stands in a row of theirs and nowhere else. */
const canary = `canary ${randomUUID()}`;
/** Everything that the server said beside its answers. */
const notices: string[] = [];

beforeAll(async () => {
  hall = await startTestHall();
  app = await hall.as("app");
  app.on("notice", ({ message }) => notices.push(message ?? ""));
  [ours, theirs] = [await hall.addTenant(), await hall.addTenant()];
  for (const [tenant, displayName] of [
    [ours, "ours"],
    [theirs, canary],
  ] as const)
    await withTenant(hall.db, tenant, (tx) =>
      createMember(tx, tenant, { id: randomUUID(), displayName, role: "auditor" }),
    );
});
afterAll(() => hall?.stop());

/** What role app comes to know in a transaction of ours: its answers, and what was said beside them. */
async function known(attempt: string): Promise<string> {
  notices.length = 0;
  const answers = await undone(app, async () => {
    await app.query("SELECT set_config('app.tenant_id', $1, true)", [ours]);
    return app.query(attempt);
  });
  return JSON.stringify([answers].flat().map(({ rows }) => rows)) + notices.join();
}

/** Breaks the wall as a superuser, goes the way, and mends. */
async function knownWhile(broken: string, attempt: string, mended: string): Promise<string> {
  await hall.admin.query(broken);
  try {
    return await known(attempt);
  } finally {
    await hall.admin.query(mended);
  }
}

const MEMBERS = "SELECT * FROM hall.member";
const ALL_THEIRS_TOO = "GRANT SELECT ON hall.peek TO hall_app";

/** The way, how role app would make it, how it is broken open, and how it is mended. */
const WAYS: { way: string; attempt: string; broken: string; mended: string }[] = [
  {
    way: "a view that reads with its owner's rights",
    attempt: "SELECT * FROM hall.peek",
    broken: `CREATE VIEW hall.peek AS ${MEMBERS}; ${ALL_THEIRS_TOO}`,
    mended: "DROP VIEW hall.peek",
  },
  {
    way: "a materialized view",
    attempt: "SELECT * FROM hall.peek",
    broken: `CREATE MATERIALIZED VIEW hall.peek AS ${MEMBERS}; ${ALL_THEIRS_TOO}`,
    mended: "DROP MATERIALIZED VIEW hall.peek",
  },
  {
    way: "a definer function of somebody mightier",
    attempt: "SELECT hall.peek()",
    broken: `CREATE FUNCTION hall.peek() RETURNS SETOF hall.member LANGUAGE sql SECURITY DEFINER AS '${MEMBERS}'`,
    mended: "DROP FUNCTION hall.peek()",
  },
  {
    way: "a cheap function of one's own over a view that only filters",
    attempt: `CREATE FUNCTION hall.peek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
        $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
      SELECT 1 FROM hall.filtered WHERE hall.peek(display_name)`,
    broken: `GRANT CREATE ON SCHEMA hall TO hall_app;
      CREATE VIEW hall.filtered AS ${MEMBERS} WHERE tenant_id::text = current_setting('app.tenant_id', true);
      GRANT SELECT ON hall.filtered TO hall_app`,
    mended: "DROP VIEW hall.filtered; REVOKE CREATE ON SCHEMA hall FROM hall_app",
  },
  {
    way: "a sequence's counter",
    attempt: "SELECT last_value, is_called FROM hall.peek",
    broken: `CREATE SEQUENCE hall.peek; ${ALL_THEIRS_TOO}`,
    mended: "DROP SEQUENCE hall.peek",
  },
];

describe("there is no such thing, nor may role app make it:", () => {
  it.each(WAYS)("$way", async ({ way, attempt, broken, mended }) => {
    expect(await refusalOf(known(attempt))).toMatch(/^42(?:501|P01|883) /);
    const shown = await knownWhile(broken, attempt, mended);
    expect(shown).toContain(way === "a sequence's counter" ? "last_value" : canary);
    expect(await refusalOf(known(attempt))).toMatch(/^42(?:501|P01|883) /);
  });

  it("and neither a view with its reader's rights nor such a function over a table shows more than one's own", async () => {
    const view = `CREATE VIEW hall.peek WITH (security_invoker = true) AS ${MEMBERS}; ${ALL_THEIRS_TOO}`;
    expect(await knownWhile(view, "SELECT * FROM hall.peek", "DROP VIEW hall.peek")).not.toContain(canary);
    const [create] = WAYS[3]!.attempt.split("\n      SELECT");
    const over = `${create} SELECT 1 FROM hall.member WHERE hall.peek(display_name)`;
    const grant = "GRANT CREATE ON SCHEMA hall TO hall_app";
    const shown = await knownWhile(grant, over, "REVOKE CREATE ON SCHEMA hall FROM hall_app");
    expect(shown).toContain("ours");
    expect(shown).not.toContain(canary);
  });
});

it("no setting switches a policy off, and none is asked for but who the tenant or the account is", async () => {
  const settings = async () => {
    const { rows } = await hall.admin.query<{ name: string }>(
      `SELECT DISTINCT m[1] AS name FROM pg_policy p,
         regexp_matches(coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), ''),
           'current_setting\\(''([^'']+)''', 'g') m ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  expect(await settings()).toEqual(["app.account_id", "app.tenant_id"]);
  const attempt = `SELECT set_config('app.bypass', 'on', true); ${MEMBERS}`;
  expect(await known(attempt)).not.toContain(canary);
  const broken =
    "CREATE POLICY bypass ON hall.member TO hall_app USING (current_setting('app.bypass', true) = 'on')";
  const mended = "DROP POLICY bypass ON hall.member";
  expect(await knownWhile(broken, attempt, mended)).toContain(canary);
  await hall.admin.query(broken);
  expect(await settings()).toContain("app.bypass");
  await hall.admin.query(mended);
});

it("a policy that is dropped hides everything, and one that lets everybody in shows everything", async () => {
  expect(await known(MEMBERS)).toContain("ours");
  const policy = `CREATE POLICY tenant ON hall.member TO hall_app
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`;
  expect(await knownWhile("DROP POLICY tenant ON hall.member", MEMBERS, policy)).toBe("[[]]");
  const open = "CREATE POLICY open ON hall.member TO hall_app USING (true)";
  expect(await knownWhile(open, MEMBERS, "DROP POLICY open ON hall.member")).toContain(canary);
});

it("TRUNCATE, which no policy sees, is refused, and would take theirs as well", async () => {
  const attempt = "TRUNCATE hall.presence";
  expect(await refusalOf(known(attempt))).toMatch(/^42501 permission denied/);
  const granted = "GRANT TRUNCATE ON hall.presence TO hall_app";
  expect(await knownWhile(granted, attempt, "REVOKE TRUNCATE ON hall.presence FROM hall_app")).toBe("[[]]");
});

it("a tenant that is named for longer than a transaction is named for whoever has the connection next", async () => {
  const client = await hall.as("app");
  await inTenant(client, theirs, () => client.query(MEMBERS));
  expect(JSON.stringify((await client.query(MEMBERS)).rows)).not.toContain(canary);
  // The way that no source file takes: see tenant-separation.test.ts.
  await client.query("SELECT set_config('app.tenant_id', $1, false)", [theirs]);
  expect(JSON.stringify((await client.query(MEMBERS)).rows)).toContain(canary);
});

describe("what is unique in the whole Hall and not within a tenant", () => {
  const GLOBAL = `
    SELECT i.indrelid::regclass || ' ' || i.indexrelid::regclass AS found FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped
    WHERE i.indisunique AND NOT t.attnum = ANY (i.indkey::smallint[]) ORDER BY 1`;

  it("is made by the Hall or given by its operator: nobody learns by choosing it that another has it", async () => {
    const { rows } = await hall.admin.query<{ found: string }>(GLOBAL);
    expect(rows.map(({ found }) => found)).toEqual([
      "hall.api_key hall.api_key_key_hash_key", // hashes of 190 random bits
      "hall.name_proof hall.name_proof_sole", // only who has proved a domain learns that another has
      "hall.namespace hall.namespace_pkey", // public by its nature; the operator registers it
      "hall.namespace hall.namespace_skeleton_key",
      "hall.session hall.session_token_hash_key", // as of keys
      "hall.sign_in_link hall.sign_in_link_token_hash_key",
      "ledger.receipt ledger.receipt_pkey", // places in the log
      "ledger.receipt_id_index ledger.receipt_id_index_pkey", // random
      "ledger.receipt_signature ledger.receipt_signature_pkey",
    ]);
  });

  it("would be told apart by a duplicate, so a name that a tenant chooses is unique within it", async () => {
    const owner = await hall.as("owner");
    await undone(owner, async () => {
      await owner.query("CREATE UNIQUE INDEX stray ON hall.member (display_name)");
      const { rows } = await owner.query<{ found: string }>(GLOBAL);
      expect(rows.map(({ found }) => found)).toContain("hall.member hall.stray");
    });
    await hall.admin.query("CREATE UNIQUE INDEX stray ON hall.member (display_name)");
    try {
      const member = { id: randomUUID(), displayName: canary, role: "auditor" } as const;
      const guess = withTenant(hall.db, ours, (tx) => createMember(tx, ours, member));
      expect(await refusalOf(guess)).toMatch(/^23505 /);
    } finally {
      await hall.admin.query("DROP INDEX hall.stray");
    }
  });
});
