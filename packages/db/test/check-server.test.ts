import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { versionFaults } from "../src/check-server.ts";
import { serverFaults } from "../src/index.ts";
import { startTestServer } from "../src/testing/index.ts";
import { openPool, startTestHall, type TestHall } from "./test-hall.ts";

let hall: TestHall;

beforeAll(async () => {
  hall = await startTestHall();
});
afterAll(() => hall?.stop());

/** What the ledger's own role finds while `breakage` stands. */
async function faultsWhile(breakage: string, mending: string): Promise<string[]> {
  await hall.admin.query(breakage);
  try {
    return await serverFaults(hall.db.ledger);
  } finally {
    await hall.admin.query(mending);
  }
}

describe("the check of a server before a Hall serves from it", () => {
  it("finds nothing on the server that we start", async () => {
    expect(await serverFaults(hall.db.ledger)).toEqual([]);
  });

  it("names every setting by which a crash would lose receipts (H-082)", async () => {
    const server = await startTestServer({
      from: process.env.GUILDHALL_TEST_SERVER,
      settings: { fsync: "off", full_page_writes: "off", synchronous_commit: "off" },
    });
    const pool = openPool((await server.createDatabase()).ledger);
    try {
      expect((await serverFaults(pool)).sort()).toEqual([
        "fsync is off: a crash would lose receipts. Set fsync = on.",
        "full_page_writes is off: a crash would lose receipts. Set full_page_writes = on.",
        "synchronous_commit is off: a crash would lose acknowledged receipts. Set synchronous_commit = on.",
      ]);
    } finally {
      await pool.end();
      await server.stop();
    }
  });

  it.each([
    ["made BYPASSRLS", "ALTER ROLE hall_app BYPASSRLS", "ALTER ROLE hall_app NOBYPASSRLS"],
    ["made a superuser", "ALTER ROLE hall_app SUPERUSER", "ALTER ROLE hall_app NOSUPERUSER"],
    ["that may make roles", "ALTER ROLE hall_app CREATEROLE", "ALTER ROLE hall_app NOCREATEROLE"],
    [
      "that can become one of those",
      "CREATE ROLE mighty BYPASSRLS; GRANT mighty TO hall_app",
      "DROP ROLE mighty",
    ],
  ])("names a role %s", async (_, breakage, mending) => {
    expect(await faultsWhile(breakage, mending)).toEqual([
      "Role hall_app could bypass row-level security. Make it NOSUPERUSER NOBYPASSRLS NOCREATEROLE.",
    ]);
  });

  it("names a role that serves and owns tables", async () => {
    const faults = await faultsWhile(
      "ALTER TABLE hall.grant_key OWNER TO hall_app",
      "ALTER TABLE hall.grant_key OWNER TO hall_owner",
    );
    expect(faults).toEqual([
      "Role hall_app owns tables, so it could switch row-level security off. Give them to hall_owner.",
    ]);
  });

  it.each(["NO FORCE", "DISABLE"])(
    "names a table with a tenant and %s ROW LEVEL SECURITY",
    async (change) => {
      const mending = "ALTER TABLE hall.member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY";
      expect(await faultsWhile(`ALTER TABLE hall.member ${change} ROW LEVEL SECURITY`, mending)).toEqual([
        `Table hall.member has no forced row-level security. Run ${mending}.`,
      ]);
    },
  );

  it.each([
    [140018, /older than PostgreSQL 15/],
    [150013, /15\.13 shows .* Use 15\.14/],
    [160009, /16\.9 shows .* Use 16\.10/],
    [170005, /17\.5 shows .* Use 17\.6/],
  ])("names a server of version %i, whose statistics step around row-level security", (version, fault) => {
    expect(versionFaults(version)).toEqual([expect.stringMatching(fault)]);
    for (const mended of [150014, 160010, 170006, 180000]) expect(versionFaults(mended)).toEqual([]);
  });

  it("finds nothing once all is mended", async () => {
    expect(await serverFaults(hall.db.ledger)).toEqual([]);
  });
});
