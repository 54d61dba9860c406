import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MigrationError, migrate, provision } from "../src/index.ts";
import { startTestServer, type TestServer } from "../src/testing/index.ts";

const OURS = fileURLToPath(new URL("../prisma/migrations", import.meta.url));

let server: TestServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "guildhall-migrations-"));
  server = await startTestServer({ from: process.env.GUILDHALL_TEST_SERVER });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
});

let databases = 0;

/** An empty database with the roles that every migration expects, and a folder of migrations for it. */
async function emptyDatabase(migrations: Record<string, string>): Promise<{ url: string; path: string }> {
  const name = `empty_${++databases}`;
  const urls = await provision(server.postgres.adminUrl, server.passwords, name);
  const path = join(folder, name);
  mkdirSync(path);
  for (const [migration, sql] of Object.entries(migrations)) write(path, migration, sql);
  return { url: urls.owner, path };
}

function write(path: string, migration: string, sql: string): void {
  mkdirSync(join(path, migration), { recursive: true });
  writeFileSync(join(path, migration, "migration.sql"), sql);
}

async function query(url: string, sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Tables of the migrations under test. */
const tables = (url: string) =>
  query(
    url,
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1",
  );

describe("migrate", () => {
  it("applies every migration of this version in order, and none a second time", async () => {
    const { url } = await emptyDatabase({});
    const names = readdirSync(OURS).filter((name) => /^\d{14}_/.test(name));
    expect(await migrate(url)).toEqual(names.sort());
    expect(await migrate(url)).toEqual([]);
  });

  it("applies what is new to a database that has the rest", async () => {
    const { url, path } = await emptyDatabase({ "1_one": "CREATE TABLE one ()" });
    expect(await migrate(url, path)).toEqual(["1_one"]);
    write(path, "2_two", "CREATE TABLE two ()");
    expect(await migrate(url, path)).toEqual(["2_two"]);
    expect(await tables(url)).toEqual([{ tablename: "one" }, { tablename: "two" }]);
  });

  it("applies each once where several Halls start together", async () => {
    const { url, path } = await emptyDatabase({
      "1_one": "CREATE TABLE one ()",
      "2_two": "CREATE TABLE two ()",
    });
    const applied = await Promise.all([1, 2, 3].map(() => migrate(url, path)));
    expect(applied.flat().sort()).toEqual(["1_one", "2_two"]);
  });

  it("refuses a migration that was edited after it was applied", async () => {
    const { url, path } = await emptyDatabase({ "1_one": "CREATE TABLE one ()" });
    await migrate(url, path);
    write(path, "1_one", "CREATE TABLE one (id int)");
    await expect(migrate(url, path)).rejects.toThrow(
      new MigrationError("Migration 1_one was edited after it was applied; restore it and add a new one."),
    );
  });

  it("refuses a database that a later version has migrated", async () => {
    const { url, path } = await emptyDatabase({
      "1_one": "CREATE TABLE one ()",
      "2_later": "CREATE TABLE later ()",
    });
    await migrate(url, path);
    rmSync(join(path, "2_later"), { recursive: true });
    write(path, "2_other", "CREATE TABLE other ()");
    await expect(migrate(url, path)).rejects.toThrow(
      new MigrationError(
        "The database has migration 2_later, which this version does not know. Update the Hall.",
      ),
    );
    expect(await tables(url)).toEqual([{ tablename: "later" }, { tablename: "one" }]);
  });

  it("names a migration that fails, undoes all of it and keeps those before it", async () => {
    const { url, path } = await emptyDatabase({
      "1_one": "CREATE TABLE one ()",
      "2_two": "CREATE TABLE two (); SELECT 1 / 0",
      "3_three": "CREATE TABLE three ()",
    });
    await expect(migrate(url, path)).rejects.toThrow(
      new MigrationError("Migration 2_two failed: division by zero"),
    );
    expect(await tables(url)).toEqual([{ tablename: "one" }]);
    write(path, "2_two", "CREATE TABLE two ()");
    expect(await migrate(url, path)).toEqual(["2_two", "3_three"]);
  });

  it("records a migration in the transaction that makes it, so neither is there without the other", async () => {
    const unrecordable = "ALTER TABLE _prisma_migrations ADD CHECK (migration_name <> '1_one')";
    const { url, path } = await emptyDatabase({ "1_one": `CREATE TABLE one (); ${unrecordable}` });
    await expect(migrate(url, path)).rejects.toThrow(/^Migration 1_one failed: .*violates check constraint/);
    expect(await tables(url)).toEqual([]);
  });

  it("refuses to go on where Prisma's own engine left a migration half done", async () => {
    const { url, path } = await emptyDatabase({ "1_one": "CREATE TABLE one ()" });
    await migrate(url, path);
    await query(url, "UPDATE _prisma_migrations SET finished_at = NULL");
    await expect(migrate(url, path)).rejects.toThrow("Migration 1_one failed earlier; resolve it first.");
    await query(url, "UPDATE _prisma_migrations SET rolled_back_at = now(); DROP TABLE one");
    expect(await migrate(url, path)).toEqual(["1_one"]);
  });

  it("keeps the checksum that Prisma would: SHA-256 of the file", async () => {
    const { url, path } = await emptyDatabase({});
    cpSync(OURS, path, { recursive: true });
    write(path, "29991231000000_empty", "");
    await migrate(url, path);
    const rows = await query(
      url,
      "SELECT checksum FROM _prisma_migrations WHERE migration_name = '29991231000000_empty'",
    );
    expect(rows).toEqual([{ checksum: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }]);
  });
});
