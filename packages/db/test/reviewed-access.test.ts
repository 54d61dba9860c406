import { readFileSync, writeFileSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAccess } from "./access-listing.ts";
import { startTestHall, type TestHall, undone } from "./test-hall.ts";

/**
 * reviewed-access.txt is the list that somebody has read. To change it, run this file with UPDATE_REVIEWED=1 and
 * review the difference.
 */
const REVIEWED = new URL("reviewed-access.txt", import.meta.url);

let hall: TestHall;
let admin: pg.PoolClient;

beforeAll(async () => {
  hall = await startTestHall();
  admin = await hall.admin.connect();
});
afterAll(() => {
  admin?.release();
  return hall?.stop();
});

describe("access to the database", () => {
  it("is for every role, table, column, policy and function as it was reviewed", async () => {
    const found = await listAccess(admin);
    if (process.env.UPDATE_REVIEWED === "1") writeFileSync(REVIEWED, found);
    expect(found).toBe(readFileSync(REVIEWED, "utf8"));
  });

  it.each([
    ["GRANT SELECT ON hall.api_key TO hall_operator", ["  hall_operator: SELECT"]],
    [
      "GRANT UPDATE (hint) ON hall.api_key TO hall_app",
      ["  hall_app: INSERT, SELECT, UPDATE (hint, expires_at, revoked_at, replaced_by)"],
    ],
    ["GRANT SELECT ON ledger.log_leaf TO PUBLIC", ["  PUBLIC: SELECT"]],
    [
      "GRANT INSERT ON hall.tenant TO hall_app WITH GRANT OPTION",
      ["  hall_app: INSERT with grant option, SELECT"],
    ],
    [
      "CREATE POLICY lax ON hall.session TO hall_app USING (true)",
      ["  policy lax for ALL to hall_app", "    using true"],
    ],
    ["ALTER POLICY tenant ON hall.member USING (true)", ["    using true"]],
    [
      "ALTER TABLE hall.worker NO FORCE ROW LEVEL SECURITY",
      ["table hall.worker, owner hall_owner, row security not forced"],
    ],
    [
      "ALTER FUNCTION lookup.dispatch(uuid) RESET search_path",
      ["function lookup.dispatch(p_id uuid), owner hall_lookup, SECURITY DEFINER"],
    ],
    ["GRANT EXECUTE ON FUNCTION lookup.session(bytea) TO PUBLIC", ["  execute: PUBLIC, hall_app"]],
    ["GRANT CREATE ON SCHEMA hall TO PUBLIC", ["  PUBLIC: CREATE"]],
    ["GRANT hall_append TO hall_app", ["role hall_app, logs in, member of hall_append"]],
    ["ALTER ROLE hall_jobs BYPASSRLS", ["role hall_jobs, logs in, BYPASSRLS"]],
    [
      "ALTER DEFAULT PRIVILEGES FOR ROLE hall_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
      ["default privileges of hall_owner on f: {hall_owner=X/hall_owner}"],
    ],
  ])("would differ from what was reviewed after %s", async (change, lines) => {
    const before = await listAccess(admin);
    const after = await undone(admin, async () => {
      await admin.query(change);
      return listAccess(admin);
    });
    expect(linesAdded(before, after)).toEqual(lines);
  });
});

describe("functions that run with another role's rights", () => {
  it("belong to roles nobody logs in as, are closed to strangers, and look names up nowhere", async () => {
    const definers = (await listAccess(admin)).match(/^function .* SECURITY DEFINER.*\n.*$/gm) ?? [];
    expect(definers.length).toBeGreaterThan(0);
    for (const definer of definers) {
      expect(definer).toMatch(/, search_path=""\n/);
      expect(definer).not.toContain("PUBLIC");
      // Only the owner may create tables; see the migration.
      if (definer.startsWith("function ledger.ensure_receipt_partitions"))
        expect(definer).toContain("owner hall_owner");
      else expect(definer).toMatch(/owner hall_(lookup|append|enqueue|meter),/);
    }
    const { rows } = await admin.query(
      "SELECT rolname FROM pg_roles WHERE rolname IN ('hall_lookup', 'hall_append', 'hall_enqueue', 'hall_meter') AND rolcanlogin",
    );
    expect(rows).toEqual([]);
  });
});

/** Lines of `after` that `before` has not, counting those that stand there twice. */
function linesAdded(before: string, after: string): string[] {
  const known = before.split("\n");
  return after.split("\n").filter((line) => {
    const at = known.indexOf(line);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}
