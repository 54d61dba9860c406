import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import pg from "pg";

/**
 * The roles of the Hall and one database of its own. Roles belong to the server, so they are made here and
 * not in a migration. Passwords are drawn once and kept in a file only its owner can read; whoever serves
 * from another machine against the same database brings a copy of that file.
 */

/** The five that log in. None is a superuser, none bypasses row-level security. */
export const LOGIN_ROLES = ["owner", "app", "ledger", "jobs", "operator"] as const;
export type LoginRole = (typeof LOGIN_ROLES)[number];

/** Made for definer functions alone, named in the policies they need; nobody logs in as one. */
export const FUNCTION_ROLES = ["hall_lookup", "hall_append", "hall_enqueue", "hall_meter"] as const;

export type DatabaseUrls = Readonly<Record<LoginRole, string>>;
export type RolePasswords = Readonly<Record<LoginRole, string>>;

/** Passwords from the file, made with it on the first start. */
export function rolePasswords(file: string): RolePasswords {
  if (!existsSync(file)) {
    const drawn = Object.fromEntries(
      LOGIN_ROLES.map((role) => [role, randomBytes(24).toString("base64url")]),
    );
    writeFileSync(file, `${JSON.stringify(drawn, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  }
  return JSON.parse(readFileSync(file, "utf8")) as RolePasswords;
}

/**
 * Makes roles and database where they are missing, and gives each role its URL. Safe to repeat.
 * @param adminUrl a role that may create roles and databases
 * @param database name of the Hall's database; default: the one in the URL
 */
export async function provision(
  adminUrl: string,
  passwords: RolePasswords,
  database?: string,
): Promise<DatabaseUrls> {
  const url = new URL(adminUrl);
  const name = database ?? decodeURIComponent(url.pathname.slice(1));
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    // One at a time: two Halls that start together would race for the same rows of pg_authid.
    await admin.query("SELECT pg_advisory_lock(hashtext('guildhall.provision'))");
    for (const role of LOGIN_ROLES) {
      const ident = `hall_${role}`;
      // What the owner may become it is not by itself: policies made for a function's role must not open to it.
      await ensureRole(admin, ident, role === "owner" ? "LOGIN NOINHERIT" : "LOGIN");
      await admin.query(`ALTER ROLE ${ident} PASSWORD ${admin.escapeLiteral(passwords[role])}`);
    }
    for (const role of FUNCTION_ROLES) await ensureRole(admin, role, "NOLOGIN");
    // To hand a function or a schema to another role, the owner must be a member of it.
    await admin.query(`GRANT hall_lookup, hall_append, hall_enqueue, hall_meter, hall_jobs TO hall_owner`);
    const known = await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (known.rowCount === 0) await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(name)}`);
    const db = admin.escapeIdentifier(name);
    await admin.query(`REVOKE ALL ON DATABASE ${db} FROM PUBLIC`);
    await admin.query(`GRANT CONNECT, CREATE ON DATABASE ${db} TO hall_owner`);
    await admin.query(`GRANT CONNECT ON DATABASE ${db} TO hall_app, hall_ledger, hall_jobs, hall_operator`);
  } finally {
    await admin.end();
  }
  await grantBookkeeping(adminUrl, name);
  return roleUrls(adminUrl, passwords, name);
}

/** One URL a role, at the server and database given. */
export function roleUrls(adminUrl: string, passwords: RolePasswords, database: string): DatabaseUrls {
  const at = (role: LoginRole) => {
    const url = new URL(adminUrl);
    url.username = `hall_${role}`;
    url.password = passwords[role];
    url.pathname = `/${encodeURIComponent(database)}`;
    return url.href;
  };
  return {
    owner: at("owner"),
    app: at("app"),
    ledger: at("ledger"),
    jobs: at("jobs"),
    operator: at("operator"),
  };
}

async function ensureRole(
  admin: pg.Client,
  role: string,
  login: "LOGIN" | "LOGIN NOINHERIT" | "NOLOGIN",
): Promise<void> {
  const known = await admin.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  if (known.rowCount === 0)
    await admin.query(`CREATE ROLE ${role} ${login} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS`);
}

/** Prisma's bookkeeping table lives in `public`, where nobody but the owner may create anything. */
async function grantBookkeeping(adminUrl: string, database: string): Promise<void> {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  try {
    await admin.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    await admin.query("GRANT USAGE, CREATE ON SCHEMA public TO hall_owner");
  } finally {
    await admin.end();
  }
}
