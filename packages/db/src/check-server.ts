import type pg from "pg";
import { LOGIN_ROLES } from "./provision.ts";

/**
 * What must hold of the server before a Hall serves from it (RELIABILITY H-082): a commit that was
 * acknowledged survives a crash, and no role that serves can look past row-level security.
 * @returns one sentence a fault, each with what to do; empty where all is well
 */
export async function serverFaults(pool: pg.Pool): Promise<string[]> {
  const faults: string[] = [];
  const settings = await pool.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version_num')",
  );
  const of = new Map(settings.rows.map((row) => [row.name, row.setting]));
  faults.push(...versionFaults(Number(of.get("server_version_num"))));
  for (const name of ["fsync", "full_page_writes"])
    if (of.get(name) !== "on")
      faults.push(`${name} is ${of.get(name)}: a crash would lose receipts. Set ${name} = on.`);
  // remote_write and local acknowledge before the standby is safe, but this server has flushed.
  if (of.get("synchronous_commit") === "off")
    faults.push(
      "synchronous_commit is off: a crash would lose acknowledged receipts. Set synchronous_commit = on.",
    );

  const roles = await pool.query<{ rolname: string }>(
    `SELECT r.rolname FROM pg_roles r
     WHERE r.rolname = ANY ($1) AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR EXISTS (
       SELECT 1 FROM pg_roles s WHERE (s.rolsuper OR s.rolbypassrls) AND pg_has_role(r.oid, s.oid, 'MEMBER')))`,
    [LOGIN_ROLES.map((role) => `hall_${role}`)],
  );
  for (const { rolname } of roles.rows)
    faults.push(
      `Role ${rolname} could bypass row-level security. Make it NOSUPERUSER NOBYPASSRLS NOCREATEROLE.`,
    );

  const serving = await pool.query<{ rolname: string }>(
    `SELECT DISTINCT r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
     WHERE r.rolname IN ('hall_app', 'hall_ledger', 'hall_operator')`,
  );
  for (const { rolname } of serving.rows)
    faults.push(
      `Role ${rolname} owns tables, so it could switch row-level security off. Give them to hall_owner.`,
    );

  const open = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
     WHERE n.nspname IN ('hall', 'ledger') AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
  );
  for (const { name } of open.rows)
    faults.push(
      `Table ${name} has no forced row-level security. Run ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY.`,
    );
  return faults;
}

/** The first release of each that no longer shows in its statistics what row-level security hides (CVE-2025-8713). */
const FIRST_MINOR = new Map([
  [15, 14],
  [16, 10],
  [17, 6],
]);

/** @param version as `server_version_num`: 150014 is 15.14 */
export function versionFaults(version: number): string[] {
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000];
  if (major < 15) return ["The server is older than PostgreSQL 15. Use 15 or later."];
  const least = FIRST_MINOR.get(major);
  if (least === undefined || minor >= least) return [];
  return [
    `PostgreSQL ${major}.${minor} shows in its statistics what row-level security hides (CVE-2025-8713). Use ${major}.${least} or later.`,
  ];
}
