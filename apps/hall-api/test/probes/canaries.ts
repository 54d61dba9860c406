import { HALL_CHAIN } from "@guildhall/protocol";
import type pg from "pg";

/**
 * What stands in a tenant's rows and nowhere else: every unguessable value of every column, as an answer could show it.
 * Whoever may not read the tenant and finds one of them has been shown a row.
 */
export interface Canaries {
  /** By value: whose it is and where it stands. */
  all: ReadonlyMap<string, Canary>;
  /** The columns with a canary of the last tenant. */
  columns: ReadonlySet<string>;
  /** Everything of the kind that could hold one. */
  possible: readonly string[];
  /** Canaries in a text. */
  in(text: string): Canary[];
}

export interface Canary {
  value: string;
  tenant: string;
  /** As `hall.member.display_name`; the first, where it stands in several. */
  column: string;
  /** Given to the tenant by the Hall's operator, or told to them on the Hall's chain. */
  isOperators: boolean;
}

/** Shown to everybody, so nobody's secret. */
const PUBLIC = new Set([
  "ledger.receipt.receipt_hash", // leaves of the log
  "ledger.chain_head.head_hash",
  "ledger.receipt_signature.signature", // of a leaf
  ...["package_hash", "worker_version", "label"].map(
    (column) => `hall.package_declaration.${column}`, // declared to everybody (contract 8b)
  ),
]);

/** Every tenant's name is the operator's to read, and what was given to it. */
const OPERATORS = /^hall\.(?:tenant|signatory_identity|namespace|namespace_key)\./;

/** The shortest beginning by which a canary is looked for. */
const HEAD = 12;

export async function readCanaries(
  admin: pg.Pool,
  tenants: readonly { id: string; mark: string; key: string; sessions: Record<string, string> }[],
): Promise<Canaries> {
  const { rows: columns } = await admin.query<{ place: string; name: string; type: string }>(COLUMNS);
  const owners = new Map<string, Set<string>>();
  const found: Canary[] = [];
  const [everybodys, operators] = [new Set<string>(), new Set<string>()];
  for (const [place, own] of Map.groupBy(columns, (one) => one.place)) {
    const key = place === "hall.tenant" ? "id" : "tenant_id";
    const { rows } = await admin.query<{ tenant: string; row: Record<string, unknown> }>(
      `SELECT ${key}::text AS tenant, to_jsonb(t) AS row FROM ${place} t`,
    );
    for (const { tenant, row } of rows)
      for (const { name } of own) {
        const column = `${place}.${name}`;
        for (const value of valuesOf(row[name])) {
          if (PUBLIC.has(column)) everybodys.add(value);
          if (tenant === HALL_CHAIN || OPERATORS.test(column)) operators.add(value);
          if (tenant === HALL_CHAIN) continue;
          owners.set(value, (owners.get(value) ?? new Set()).add(tenant));
          found.push({ value, tenant, column, isOperators: false });
        }
      }
  }
  // Of secrets only a hash is stored: the text is nobody's to be shown.
  for (const { id, key, sessions } of tenants)
    for (const value of [key, ...Object.values(sessions)]) {
      owners.set(value, new Set([id]));
      found.push({ value, tenant: id, column: "a secret", isOperators: false });
    }
  const marks = new Map(tenants.map(({ id, mark }) => [id, mark]));
  const all = new Map<string, Canary>();
  for (const one of found) {
    const mark = marks.get(one.tenant);
    if (mark === undefined || everybodys.has(one.value) || owners.get(one.value)!.size > 1) continue;
    if (isUnguessable(one.value, mark) && !all.has(one.value))
      all.set(one.value, { ...one, isOperators: operators.has(one.value) });
  }
  const last = tenants.at(-1)?.id;
  return {
    all,
    // An id stands in several columns and is one value.
    columns: new Set(
      found.flatMap(({ tenant, value, column }) => (tenant === last && all.has(value) ? [column] : [])),
    ),
    possible: columns.map(({ place, name }) => `${place}.${name}`),
    in: finder(all),
  };
}

/** Every column of every table with a tenant that can hold text, ids or bytes; of partitions their parent's. Of key_use, written now and then, the ids stand elsewhere. */
const COLUMNS = `
  SELECT c.oid::regclass::text AS place, a.attname AS name, format_type(a.atttypid, NULL) AS type
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname IN ('hall', 'ledger') AND c.oid <> 'hall.key_use'::regclass AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'uuid'::regtype, 'bytea'::regtype, 'jsonb'::regtype)
    AND (c.oid = 'hall.tenant'::regclass OR EXISTS (
      SELECT 1 FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped))
  ORDER BY 1, 2`;

/** A value in every form in which an answer shows it. Text that is JSON is shown in parts, or as it stands. */
function valuesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(valuesOf);
  if (typeof value !== "string") return [];
  if (/^\\x([0-9a-f]{2})+$/.test(value)) {
    const bytes = Buffer.from(value.slice(2), "hex");
    return [bytes.toString("hex"), bytes.toString("base64"), ...inJson(bytes.toString("utf8"))];
  }
  return [value, ...inJson(value)];
}

function inJson(text: string): string[] {
  if (!/^[[{]/.test(text)) return [];
  try {
    return valuesOf(JSON.parse(text));
  } catch {
    return []; // text that only begins like JSON
  }
}

/** Long enough never to stand somewhere by chance. */
function isUnguessable(value: string, mark: string): boolean {
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return false;
  return (
    value.includes(mark) ||
    /[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}|(?=[a-z+/_-]*[A-Z0-9])[A-Za-z0-9+/_-]{22,}/.test(value)
  );
}

/** By their first characters, so that a text is read once, however many there are. */
function finder(all: ReadonlyMap<string, Canary>): (text: string) => Canary[] {
  const byHead = Map.groupBy(
    [...all.values()].filter(({ value }) => value.length >= HEAD),
    ({ value }) => value.slice(0, HEAD),
  );
  return (text) => {
    const seen: Canary[] = [];
    for (let at = 0; at + HEAD <= text.length; at++)
      for (const canary of byHead.get(text.slice(at, at + HEAD)) ?? [])
        if (text.startsWith(canary.value, at)) seen.push(canary);
    return seen;
  };
}
