import type pg from "pg";

/**
 * Who may do what, read from the catalog in a stable order: roles, schemas, tables with their grants and
 * policies, functions. Rights that come with ownership are shown as ownership.
 */
export async function listAccess(client: pg.ClientBase | pg.Pool): Promise<string> {
  const sections = [
    await roles(client),
    await grantsOf(client, "database", DATABASES),
    await grantsOf(client, "schema", SCHEMAS),
    await tables(client),
    await functions(client),
    await defaults(client),
  ];
  return `${sections.join("\n\n")}\n`;
}

type Queryable = pg.ClientBase | pg.Pool;

async function rowsOf<T extends pg.QueryResultRow>(client: Queryable, sql: string): Promise<T[]> {
  return (await client.query<T>(sql)).rows;
}

const OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
const GRANTEE = "coalesce((SELECT r.rolname FROM pg_roles r WHERE r.oid = a.grantee), 'PUBLIC')";
const GRANTABLE = "CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END";

async function roles(client: Queryable): Promise<string> {
  const rows = await rowsOf<{ line: string }>(
    client,
    `SELECT concat_ws(', ', 'role ' || rolname, CASE WHEN rolcanlogin THEN 'logs in' ELSE 'nobody logs in' END,
       CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
       CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
       CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN NOT rolinherit THEN 'inherits nothing' END, 'sets ' || nullif(array_to_string(rolconfig, ', '), ''),
       'member of ' || (SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname)
                        FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid)) AS line
     FROM pg_roles r WHERE rolname ~ '^hall_' ORDER BY rolname`,
  );
  return rows.map((row) => row.line).join("\n");
}

interface Grants {
  name: string;
  owner: string;
  grantee: string | null;
  privileges: string;
}

const DATABASES = `
  SELECT 'of the Hall' AS name, 'provisioned' AS owner, ${GRANTEE} AS grantee,
    string_agg(a.privilege_type || ${GRANTABLE}, ', ' ORDER BY a.privilege_type) AS privileges
  FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
  WHERE d.datname = current_database() AND a.grantee <> d.datdba GROUP BY 1, 2, 3 ORDER BY 3`;

// The owner of public is pg_database_owner or a superuser, by server version: neither serves.
const SCHEMAS = `
  SELECT n.nspname AS name, CASE WHEN o.rolname ~ '^hall_' THEN o.rolname ELSE 'the server' END AS owner,
    ${GRANTEE} AS grantee, string_agg(a.privilege_type || ${GRANTABLE}, ', ' ORDER BY a.privilege_type) AS privileges
  FROM pg_namespace n JOIN pg_roles o ON o.oid = n.nspowner, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
  WHERE ${OURS} AND a.grantee <> n.nspowner GROUP BY 1, 2, 3 ORDER BY n.nspname, 3`;

async function grantsOf(client: Queryable, kind: string, sql: string): Promise<string> {
  const rows = await rowsOf<Grants>(client, sql);
  const lines: string[] = [];
  let heading = "";
  for (const { name, owner, grantee, privileges } of rows) {
    const next = `${kind} ${name}, owner ${owner}`;
    if (next !== heading) lines.push(next);
    heading = next;
    lines.push(`  ${grantee}: ${privileges}`);
  }
  return lines.join("\n");
}

const TABLES = `
  SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, pg_get_userbyid(c.relowner) AS owner,
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
      WHEN 'S' THEN 'sequence' ELSE 'foreign table' END AS kind,
    CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'row security forced'
      WHEN c.relrowsecurity THEN 'row security not forced' ELSE 'no row security' END AS fence,
    i.inhparent::regclass::text AS parent
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
  WHERE ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 2`;

// Of a column grant the columns are named, in the order of the table.
const TABLE_GRANTS = `
  SELECT g.oid, g.grantee, string_agg(g.privilege, ', ' ORDER BY g.privilege) AS privileges FROM (
    SELECT c.oid, ${GRANTEE} AS grantee, a.privilege_type || ${GRANTABLE} AS privilege
    FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee <> c.relowner
    UNION ALL
    SELECT c.oid, ${GRANTEE}, format('%s (%s)%s', a.privilege_type,
      string_agg(quote_ident(t.attname), ', ' ORDER BY t.attnum), ${GRANTABLE})
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
    GROUP BY c.oid, a.grantee, a.privilege_type, a.is_grantable
  ) g GROUP BY g.oid, g.grantee ORDER BY g.grantee`;

const POLICIES = `
  SELECT p.polrelid AS oid, p.polname AS name, p.polpermissive AS permissive,
    CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS cmd,
    (SELECT string_agg(coalesce(r.rolname, 'PUBLIC'), ', ' ORDER BY r.rolname)
     FROM unnest(p.polroles) AS u (oid) LEFT JOIN pg_roles r ON r.oid = u.oid) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
  FROM pg_policy p ORDER BY p.polname, p.oid`;

async function tables(client: Queryable): Promise<string> {
  const list = await rowsOf<TableRow>(client, TABLES);
  const grants = Map.groupBy(await rowsOf<GrantRow>(client, TABLE_GRANTS), (row) => row.oid);
  const policies = Map.groupBy(await rowsOf<PolicyRow>(client, POLICIES), (row) => row.oid);
  const texts = list.map(({ oid, name, owner, kind, fence, parent }) => {
    const lines = [`${kind} ${name}, owner ${owner}, ${fence}${parent ? `, part of ${parent}` : ""}`];
    for (const { grantee, privileges } of grants.get(oid) ?? []) lines.push(`  ${grantee}: ${privileges}`);
    for (const policy of policies.get(oid) ?? []) {
      const mode = policy.permissive ? "" : "restrictive ";
      lines.push(`  ${mode}policy ${policy.name} for ${policy.cmd} to ${policy.roles}`);
      if (policy.using !== null) lines.push(`    using ${policy.using}`);
      if (policy.check !== null) lines.push(`    check ${policy.check}`);
    }
    return lines.join("\n");
  });
  return texts.join("\n");
}

interface TableRow {
  oid: number;
  name: string;
  owner: string;
  kind: string;
  fence: string;
  parent: string | null;
}

interface GrantRow {
  oid: number;
  grantee: string;
  privileges: string;
}

interface PolicyRow {
  oid: number;
  name: string;
  permissive: boolean;
  cmd: string;
  roles: string;
  using: string | null;
  check: string | null;
}

async function functions(client: Queryable): Promise<string> {
  const rows = await rowsOf<FunctionRow>(
    client,
    `SELECT format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name,
       pg_get_userbyid(p.proowner) AS owner, p.prosecdef AS definer, array_to_string(p.proconfig, ', ') AS settings,
       (SELECT string_agg(${GRANTEE} || ${GRANTABLE}, ', ' ORDER BY ${GRANTEE})
        FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner) AS executors
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OURS} ORDER BY 1`,
  );
  const lines = rows.flatMap(({ name, owner, definer, settings, executors }) => [
    `function ${name}, owner ${owner}, ${definer ? "SECURITY DEFINER" : "invoker's rights"}${settings ? `, ${settings}` : ""}`,
    `  execute: ${executors ?? "nobody else"}`,
  ]);
  return lines.join("\n");
}

interface FunctionRow {
  name: string;
  owner: string;
  definer: boolean;
  settings: string | null;
  executors: string | null;
}

/** What objects made later would be granted by themselves: nothing. */
async function defaults(client: Queryable): Promise<string> {
  const rows = await rowsOf<{ line: string }>(
    client,
    `SELECT format('default privileges of %s on %s: %s', pg_get_userbyid(defaclrole), defaclobjtype, defaclacl) AS line
     FROM pg_default_acl ORDER BY 1`,
  );
  return rows.length === 0 ? "no default privileges" : rows.map((row) => row.line).join("\n");
}
