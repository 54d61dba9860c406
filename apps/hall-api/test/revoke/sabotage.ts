import type pg from "pg";
import type { Hall } from "../../src/hall.ts";

/** How the controls break what a revocation rests on, as a superuser, in the database alone. */

/** Instances learn of changes from their poll, up to a second late, and no longer at once. */
export async function silenceSnapshots(admin: pg.Pool): Promise<void> {
  await redefine(admin, "hall.raise_snapshot_version()", (definition) =>
    definition.replace(/PERFORM pg_notify\([^;]*;/, ""),
  );
}

/** Acts no longer raise the epoch of their chain: decisions made before them are sequenced after them. */
export async function removeFence(admin: pg.Pool): Promise<void> {
  await redefine(
    admin,
    (
      await admin.query<{ name: string }>(
        "SELECT oid::regprocedure::text AS name FROM pg_proc WHERE oid::regproc::text = 'ledger.append'",
      )
    ).rows[0]!.name,
    (definition) => definition.replace("(p_fence = 'tenant')::int", "0"),
  );
}

/** Entries are written without asking once more whether their author still may. */
export function forgetLastCheck({ ledger }: Hall): void {
  const { append } = ledger;
  // What is asked is kept by the transaction: of another object nothing is known.
  ledger.append = (tx, ...entry) => append(new Proxy(tx, {}), ...entry);
}

async function redefine(admin: pg.Pool, name: string, change: (definition: string) => string): Promise<void> {
  const { rows } = await admin.query<{ definition: string }>(
    "SELECT pg_get_functiondef($1::regprocedure) AS definition",
    [name],
  );
  const { definition } = rows[0]!;
  const changed = change(definition);
  if (changed === definition) throw new Error(`${name} holds nothing to break any more`);
  await admin.query(changed);
}
