import { type Db, listTenantIds, readChainState, type StateRow } from "@guildhall/db";
import { canonicalJson, HALL_CHAIN, TenantId } from "@guildhall/protocol";
import { createFold, type Fold, STATE_MISMATCH } from "./fold-acts.ts";
import type { Facts } from "./fold-rows.ts";
import type { Raise } from "./raise-alert.ts";
import { restAfter } from "./rest-after.ts";

/**
 * Derives from the acts of each chain what the tables should hold, and compares. A row that no receipt explains was
 * written by somebody who went past the Hall (RELIABILITY T11, I6); the alert is a receipt on the chain whose row it
 * is, and a tenant's stands at `GET /alerts` too. The other auditor shows that the acts themselves are those that
 * were signed.
 *
 * Acts and rows are read in one snapshot, so work that goes on meanwhile is never taken for an edit. A round goes on
 * where the one before ended; what was folded stays in memory, a few hundred bytes a row.
 */
export interface StateAuditor {
  /** One round. @returns what was found for the first time */
  audit(): Promise<StateFinding[]>;
  /** How often each chain has been compared whole, at the least. */
  sweeps(): number;
}

export interface StateFinding {
  chain: TenantId;
  /** `table key` */
  place: string;
  code: "ROW_CHANGED" | "ROW_ADDED" | "ROW_REMOVED";
}

export interface StateAuditorOptions {
  db: Db;
  raise: Raise;
  /** Acts and rows. */
  readsARound?: number;
  pageSize?: number;
  /** Ends a round between two pages. */
  signal?: AbortSignal;
}

const READS_A_ROUND = 20_000;
const PAGE_SIZE = 500;
/** What asking about a chain costs, in reads: six questions of one connection. */
const VISIT_COST = 20;
/** What has expired is kept in mind for so long, whatever the database's clock does. */
const LAPSED_MS = 24 * 3600 * 1000;

interface Audited {
  fold: Fold;
  /** The sweep that is going on: how far it is, and what it has seen. Rows of after its beginning may be missed. */
  sweep: { afterPlace: string; sinceSeq: number; seen: Set<string> } | null;
  sweeps: number;
}

export function createStateAuditor(options: StateAuditorOptions): StateAuditor {
  const { db, readsARound = READS_A_ROUND, pageSize = PAGE_SIZE, signal } = options;
  const chains = new Map<TenantId, Audited>();
  let lastChain: TenantId | null = null;

  function auditedOf(chain: TenantId): Audited {
    let audited = chains.get(chain);
    if (!audited) {
      audited = { fold: createFold(), sweep: null, sweeps: 0 };
      chains.set(chain, audited);
    }
    return audited;
  }

  /** Reads on in one chain. @returns what it cost, and whether its sweep has ended */
  async function readOn(chain: TenantId, found: StateFinding[]): Promise<{ cost: number; isDone: boolean }> {
    const audited = auditedOf(chain);
    const { fold } = audited;
    const state = await readChainState(db, chain, {
      afterSeq: fold.seq(),
      afterPlace: audited.sweep?.afterPlace ?? "",
      actsMax: pageSize,
      rowsMax: pageSize,
    });
    for (const { seq, body } of state.acts) fold.apply(seq, body);
    const cost = VISIT_COST + state.acts.length + (state.rows?.page.length ?? 0);
    if (!state.rows) return { cost, isDone: false };
    audited.sweep ??= { afterPlace: "", sinceSeq: fold.seq(), seen: new Set() };
    const { sweep } = audited;
    for (const row of state.rows.page) {
      sweep.seen.add(row.place);
      note(chain, fold, row.place, faultOf(row, fold), found);
    }
    sweep.afterPlace = state.rows.page.at(-1)?.place ?? sweep.afterPlace;
    if (!state.rows.isLast) return { cost, isDone: false };
    const { atMs } = state.rows;
    for (const [place, { sinceSeq, untilMs }] of fold.expected)
      if (sinceSeq <= sweep.sinceSeq && !sweep.seen.has(place) && (untilMs === null || untilMs > atMs))
        note(chain, fold, place, "ROW_REMOVED", found);
    fold.forgetLapsed(atMs - LAPSED_MS);
    audited.sweep = null;
    audited.sweeps += 1;
    return { cost, isDone: true };
  }

  function note(
    chain: TenantId,
    { told }: Fold,
    place: string,
    fault: StateFinding["code"] | null,
    found: StateFinding[],
  ): void {
    if (fault === null) told.delete(place);
    else if (told.get(place) !== fault) found.push({ chain, place, code: fault });
  }

  /** The Hall's own chain says which tenants there are; a row that it does not explain is looked into all the same. */
  async function order(): Promise<TenantId[]> {
    const said = [...auditedOf(HALL_CHAIN).fold.expected.keys()]
      .filter((place) => place.startsWith("tenant "))
      .flatMap((place) => TenantId.safeParse(place.slice("tenant ".length)).data ?? []);
    const all = [...new Set([HALL_CHAIN, ...said, ...(await listTenantIds(db))])].sort();
    const next = all.findIndex((chain) => lastChain !== null && chain > lastChain);
    return next === -1 ? all : [...all.slice(next), ...all.slice(0, next)];
  }

  function raise(chain: TenantId, findings: readonly StateFinding[]): Promise<void> {
    return options.raise(chain, {
      subject: "state",
      code: STATE_MISMATCH,
      message: messageOf(findings),
      findings: findings.map(({ place, code }) => ({ place, code })),
    });
  }

  return {
    async audit() {
      const fresh: StateFinding[] = [];
      let left = readsARound;
      for (const chain of await order()) {
        if (left <= 0) return fresh;
        // Before it is read: a chain that cannot be read does not keep the round from those after it.
        lastChain = chain;
        for (let isDone = false; !isDone && left > 0; ) {
          const found: StateFinding[] = [];
          const read = await restAfter(() => readOn(chain, found), signal);
          left -= read.cost;
          isDone = read.isDone;
          if (found.length === 0) continue;
          await raise(chain, found);
          // Only once the alert stands: a round that failed tells it again.
          for (const { place, code } of found) auditedOf(chain).fold.told.set(place, code);
          fresh.push(...found);
        }
      }
      return fresh;
    },
    sweeps: () => Math.min(...[...chains.values()].map(({ sweeps }) => sweeps)),
  };
}

function faultOf({ place, facts }: StateRow, { expected }: Fold): StateFinding["code"] | null {
  const row = expected.get(place);
  if (!row) return "ROW_ADDED";
  return saysTheSame(row.facts, facts) ? null : "ROW_CHANGED";
}

function saysTheSame(expected: Facts, stored: Facts): boolean {
  return Object.entries(expected).every(
    ([fact, value]) => value === undefined || canonicalJson(value) === canonicalJson(stored[fact] ?? null),
  );
}

/** For people: which tables, and how many rows of each. */
function messageOf(findings: readonly StateFinding[]): string {
  const counts = new Map<string, number>();
  for (const { place } of findings) {
    const [table = ""] = place.split(" ", 1);
    counts.set(table, (counts.get(table) ?? 0) + 1);
  }
  const named = [...counts].map(([table, count]) => `${count} of ${table}`).join(", ");
  return `Rows are not what the receipts say (${named}). Somebody wrote to the database past the Hall.`;
}
