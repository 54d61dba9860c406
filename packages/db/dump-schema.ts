import { writeFileSync } from "node:fs";
import pg from "pg";
import { startTestServer } from "./src/testing/index.ts";

/**
 * Writes schema.sql: what all migrations together make of the schemas hall, ledger and lookup, for reviewers. Run
 * it after adding a migration: `node packages/db/dump-schema.ts`. Roles and grants are in test/reviewed-access.txt;
 * schema queue is pg-boss's own.
 */
export async function dumpSchema(client: pg.ClientBase | pg.Pool): Promise<string> {
  const list = async (sql: string) => (await client.query<{ line: string }>(sql)).rows.map((row) => row.line);
  const sections = [
    ["-- Written by dump-schema.ts from the catalog, for review: never run, never edited."],
    await list(
      "SELECT format('CREATE SCHEMA %I;', nspname) AS line FROM pg_namespace WHERE nspname = ANY ('{hall,ledger,lookup}') ORDER BY 1",
    ),
    ...(await tables(client)),
    ...(await list(FUNCTIONS)).map((text) => [`${text.trimEnd()};`]),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

const OURS = "n.nspname = ANY ('{hall,ledger,lookup}')";

async function tables(client: pg.ClientBase | pg.Pool): Promise<string[][]> {
  const { rows } = await client.query<TableRow>(TABLES);
  return rows.map(({ name, parts, partitioned, storage, attached, after }) => [
    `CREATE TABLE ${name} (`,
    parts.map((part) => `  ${part}`).join(",\n"),
    `)${partitioned ? ` PARTITION BY ${partitioned}` : ""}${storage ? ` WITH (${storage})` : ""};`,
    ...(attached ? [attached] : []),
    ...after,
  ]);
}

interface TableRow {
  name: string;
  /** Columns, then constraints. */
  parts: string[];
  partitioned: string | null;
  storage: string | null;
  attached: string | null;
  /** Indexes, row-level security, policies, triggers. */
  after: string[];
}

// NOT NULL stands with its column: PostgreSQL 18 lists it among the constraints too, 15 does not.
const TABLES = `
SELECT c.oid::regclass::text AS name,
  pg_get_partkeydef(c.oid) AS partitioned, array_to_string(c.reloptions, ', ') AS storage,
  (SELECT format('ALTER TABLE %s ATTACH PARTITION %s %s;', i.inhparent::regclass, c.oid::regclass, pg_get_expr(c.relpartbound, c.oid))
   FROM pg_inherits i WHERE i.inhrelid = c.oid) AS attached,
  ARRAY(
    SELECT concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attstorage <> t.typstorage THEN 'STORAGE '
        || CASE a.attstorage WHEN 'e' THEN 'EXTERNAL' WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
      'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attnotnull THEN 'NOT NULL' END)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
  ) || ARRAY(
    SELECT format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f', 'x')
    ORDER BY array_position('{p,u,c,f,x}'::text[], k.contype::text), k.conname
  ) AS parts,
  ARRAY(
    SELECT pg_get_indexdef(i.indexrelid) || ';' FROM pg_index i
    WHERE i.indrelid = c.oid AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid)
    ORDER BY 1
  ) || ARRAY(
    SELECT format('ALTER TABLE %s %s ROW LEVEL SECURITY;', c.oid::regclass, f.what)
    FROM (VALUES (c.relrowsecurity, 'ENABLE'), (c.relforcerowsecurity, 'FORCE')) AS f (is_on, what) WHERE f.is_on
  ) || ARRAY(
    SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s;', p.policyname, c.oid::regclass, p.permissive, p.cmd,
      array_to_string(ARRAY(SELECT r FROM unnest(p.roles) AS r ORDER BY r), ', '), E'\\n  USING ' || ('(' || p.qual || ')'),
      E'\\n  WITH CHECK ' || ('(' || p.with_check || ')'))
    FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = c.relname ORDER BY p.policyname
  ) || ARRAY(
    SELECT pg_get_triggerdef(g.oid) || ';' FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal ORDER BY g.tgname
  ) AS after
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${OURS} AND c.relkind IN ('r', 'p') ORDER BY 1`;

const FUNCTIONS = `
SELECT pg_get_functiondef(p.oid) AS line FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE ${OURS} ORDER BY p.oid::regprocedure::text`;

if (import.meta.main) {
  const server = await startTestServer();
  const client = new pg.Client({ connectionString: (await server.createDatabase()).owner });
  try {
    await client.connect();
    writeFileSync(new URL("schema.sql", import.meta.url), await dumpSchema(client));
  } finally {
    await client.end();
    await server.stop();
  }
}
