import { readFileSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dumpSchema } from "../dump-schema.ts";
import { startTestHall, type TestHall, undone } from "./test-hall.ts";

let hall: TestHall;
let owner: pg.Client;

beforeAll(async () => {
  hall = await startTestHall();
  owner = await hall.as("owner");
});
afterAll(() => hall?.stop());

const reviewed = () => readFileSync(new URL("../schema.sql", import.meta.url), "utf8");

describe("schema.sql", () => {
  it("is what the migrations make; after a new one, run: node packages/db/dump-schema.ts", async () => {
    expect(await dumpSchema(owner)).toBe(reviewed());
  });

  it.each([
    "ALTER TABLE hall.member DROP CONSTRAINT member_role_check",
    "ALTER TABLE hall.member ALTER created_at SET DEFAULT '2000-01-01'",
    "ALTER TABLE ledger.receipt ALTER body SET STORAGE EXTENDED",
    "CREATE INDEX more ON hall.worker (status) WHERE status = 'active'",
    "DROP POLICY operator_creates ON hall.member",
    "DROP TRIGGER raise_snapshot_version ON hall.worker",
    "CREATE OR REPLACE FUNCTION hall.raise_tenant_version() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TABLE hall.more ()",
  ])("would differ after %s", async (change) => {
    const changed = await undone(owner, async () => {
      await owner.query(change);
      return dumpSchema(owner);
    });
    expect(changed).not.toBe(reviewed());
  });

  it("shows every table and function of the Hall's own schemas", async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname IN ('hall', 'ledger', 'lookup') AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
       UNION ALL SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname IN ('hall', 'ledger', 'lookup')`,
    );
    expect(rows.length).toBeGreaterThan(30);
    const text = reviewed();
    const missing = rows.filter(
      ({ name }) => !text.includes(`CREATE TABLE ${name} (`) && !text.includes(`FUNCTION ${name}(`),
    );
    expect(missing).toEqual([]);
  });
});
