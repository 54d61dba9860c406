import { readFileSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestHall, type TestHall, undone } from "./test-hall.ts";

/**
 * schema.prisma is what our code expects, the migrations are what the database has: two texts for one schema.
 * Policies, grants, checks and partial indexes, which Prisma does not know, are in reviewed-access.txt and schema.sql.
 */

const SCHEMA = readFileSync(new URL("../prisma/schema.prisma", import.meta.url), "utf8");

let hall: TestHall;
let owner: pg.Client;

beforeAll(async () => {
  hall = await startTestHall();
  owner = await hall.as("owner");
});
afterAll(() => hall?.stop());

describe("the schema that Prisma expects", () => {
  it("is the one that the migrations make: tables, columns, types, nullability, defaults, keys and indexes", async () => {
    const expected = expectedLines(SCHEMA);
    expect(expected.length).toBeGreaterThan(100);
    expect(await actualLines(expected)).toEqual(expected);
  });

  it.each([
    ["ALTER TABLE hall.member ALTER display_name DROP NOT NULL", "hall.member.display_name text"],
    ["ALTER TABLE hall.member ADD nickname text NOT NULL", "hall.member.nickname text not null"],
    [
      "ALTER TABLE hall.dispatch ALTER attempts TYPE bigint",
      "hall.dispatch.attempts bigint not null default",
    ],
    ["ALTER TABLE hall.dispatch ALTER attempts DROP DEFAULT", "hall.dispatch.attempts integer not null"],
    ["CREATE UNIQUE INDEX one_worker ON hall.dispatch (worker_id)", "hall.dispatch unique (worker_id)"],
  ])("would differ after %s", async (change, line) => {
    const expected = expectedLines(SCHEMA);
    const actual = await undone(owner, async () => {
      await owner.query(change);
      return actualLines(expected);
    });
    expect(actual.filter((found) => !expected.includes(found))).toEqual([line]);
  });

  it("leaves these tables to set-based SQL, and they have no model", async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relnamespace IN ('hall'::regnamespace, 'ledger'::regnamespace) ORDER BY 1`,
    );
    const modelled = new Set(expectedLines(SCHEMA).map(tableOf));
    expect(rows.map((row) => row.name).filter((name) => !modelled.has(name))).toEqual([
      "ledger.checkpoint",
      "ledger.cosignature",
      "ledger.idempotency_key",
      "ledger.log_head",
      "ledger.log_leaf",
      "ledger.log_node",
      "ledger.seal_head",
    ]);
  });

  it("is the one that the generated client was generated from", () => {
    const client = readFileSync(
      new URL("../src/generated/prisma/internal/class.ts", import.meta.url),
      "utf8",
    );
    const inline = client.match(/^ {2}"inlineSchema": (".*"),$/m)?.[1];
    expect(JSON.parse(inline ?? "null")).toBe(SCHEMA);
  });
});

const COLUMN_TYPES: Readonly<Record<string, string>> = {
  String: "text",
  "String @db.Uuid": "uuid",
  "String[]": "text[]",
  Boolean: "boolean",
  Int: "integer",
  BigInt: "bigint",
  Bytes: "bytea",
  "DateTime @db.Date": "date",
  "DateTime @db.Timestamptz(3)": "timestamp(3) with time zone",
};

/** One line a column, key and index, as the models say. Throws where a model says what this reader does not know. */
function expectedLines(schema: string): string[] {
  const lines: string[] = [];
  for (const [, block] of schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)) {
    const table = `${attribute(block!, "@@schema")}.${attribute(block!, "@@map")}`;
    const columns = new Map<string, string>();
    for (const [, name, type, optional, rest] of block!.matchAll(/^ {2}(\w+) +(\w+(?:\[\])?)(\??)(.*)$/gm)) {
      const column = attribute(rest!, "@map") ?? name!;
      const native = rest!.match(/@db\.\w+(?:\(\d+\))?/)?.[0];
      const sql = COLUMN_TYPES[native ? `${type} ${native}` : type!];
      if (!sql) throw new Error(`${table}.${column}: this test does not know ${type} ${native}`);
      columns.set(name!, column);
      const preset = rest!.includes("@default(") ? " default" : "";
      lines.push(`${table}.${column} ${sql}${optional ? "" : " not null"}${preset}`);
      if (/ @id\b/.test(rest!)) lines.push(`${table} primary key (${column})`);
      if (/ @unique\b/.test(rest!)) lines.push(`${table} unique (${column})`);
    }
    for (const [, kind, fields] of block!.matchAll(/^ {2}@@(id|unique|index)\(\[([^\]]*)\]/gm)) {
      const names = fields!.split(",").map((field) => columns.get(field.trim())!);
      lines.push(`${table} ${kind === "id" ? "primary key" : kind} (${names.join(", ")})`);
    }
  }
  return lines.sort();
}

function attribute(text: string, name: string): string | undefined {
  return text.match(new RegExp(`(?<!@)${name}\\("([^"]+)"\\)`))?.[1];
}

/** The same lines from the catalog, for the tables that are expected. */
async function actualLines(expected: readonly string[]): Promise<string[]> {
  const { rows } = await owner.query<{ line: string }>(
    `WITH t AS (SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c WHERE c.oid = ANY ($1::regclass[]))
     SELECT t.name || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || CASE WHEN a.atthasdef THEN ' default' ELSE '' END AS line
     FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
     UNION ALL
     SELECT t.name || CASE WHEN i.indisprimary THEN ' primary key ' WHEN i.indisunique THEN ' unique ' ELSE ' index ' END
       || substring(pg_get_indexdef(i.indexrelid) FROM '\\(.*\\)')
     FROM t JOIN pg_index i ON i.indrelid = t.oid AND i.indpred IS NULL`,
    [[...new Set(expected.map(tableOf))]],
  );
  return rows.map((row) => row.line).sort();
}

function tableOf(line: string): string {
  return line.split(/[ .]/, 2).join(".");
}
