import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** A bundle that is evaluated beside the active one for a while. */
export interface ShadowRun {
  id: string;
  /** Of the bundle beside the active one. */
  digest: string;
  startedAt: Date;
  /** The actor as `kind:id`. */
  startedBy: string;
  endedAt: Date | null;
  /** How many decisions were compared. */
  decisions: number;
  /** How many of them would have been others; not all are kept. */
  differences: number;
}

/** A decision that would have been another: as it was made (`before`), and as the run's bundle has it (`after`). */
export interface ShadowDifference {
  /** A UUIDv7, so differences in the order of their ids are in the order of time. */
  decisionId: string;
  decidedAt: Date;
  ruleBefore: string | null;
  ruleAfter: string | null;
  outcomeBefore: string;
  outcomeAfter: string;
  codeBefore: string | null;
  codeAfter: string | null;
  workerBefore: string | null;
  workerAfter: string | null;
  /** Where the two part: the first step that differs. */
  firstDifference: string;
}

/** So many differences of one run are kept. What comes after is counted. */
export const SHADOW_DIFFERENCES_KEPT = 10_000;

/** Starts a run of a stored bundle. @returns false where one of the tenant's is open already */
export async function startShadowRun(
  tx: TenantTx,
  tenantId: TenantId,
  { id, digest, startedAt, startedBy }: Pick<ShadowRun, "id" | "digest" | "startedAt" | "startedBy">,
): Promise<boolean> {
  const started = await tx.$executeRaw`
    INSERT INTO hall.shadow_run (tenant_id, id, digest, started_at, started_by)
    VALUES (${tenantId}::uuid, ${id}::uuid, ${digest}, ${startedAt}, ${startedBy})
    ON CONFLICT (tenant_id) WHERE ended_at IS NULL DO NOTHING`;
  return started === 1;
}

/** @returns false where there is no such run, or it had ended before */
export async function endShadowRun(tx: TenantTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.shadowRun.updateMany({ where: { id, endedAt: null }, data: { endedAt: at } });
  return count === 1;
}

export async function readOpenShadowRun(tx: TenantTx): Promise<ShadowRun | null> {
  const row = await tx.shadowRun.findFirst({ where: { endedAt: null } });
  return row && toRun(row);
}

/** Newest first. */
export async function listShadowRuns(tx: TenantTx, limit: number): Promise<ShadowRun[]> {
  const rows = await tx.shadowRun.findMany({
    orderBy: [{ startedAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(toRun);
}

/**
 * Adds a batch to a run: the differences among `decisions` decisions that were compared. A batch counts once; one
 * that names a decision which the run has kept already is an accident and adds nothing.
 * @returns false where the run has ended: nothing is added
 */
export async function recordShadowDifferences(
  tx: TenantTx,
  runId: string,
  rows: readonly ShadowDifference[],
  decisions: number,
): Promise<boolean> {
  // The counters first: their row's lock makes batches of one run wait for each other, so none overshoots.
  const [run] = await tx.$queryRaw<{ tenant_id: string; differences: bigint }[]>`
    UPDATE hall.shadow_run SET decisions = decisions + ${decisions}, differences = differences + ${rows.length}
    WHERE id = ${runId}::uuid AND ended_at IS NULL RETURNING tenant_id, differences`;
  if (!run) return false;
  const before = Number(run.differences) - rows.length;
  const kept = rows.slice(0, Math.max(0, SHADOW_DIFFERENCES_KEPT - before));
  if (kept.length > 0)
    // One parameter, whatever the number of rows.
    await tx.$executeRaw`
      INSERT INTO hall.shadow_difference (tenant_id, run_id, decision_id, decided_at, rule_before, rule_after,
        outcome_before, outcome_after, code_before, code_after, worker_before, worker_after, first_difference)
      SELECT ${run.tenant_id}::uuid, ${runId}::uuid, d."decisionId", d."decidedAt", d."ruleBefore", d."ruleAfter",
        d."outcomeBefore", d."outcomeAfter", d."codeBefore", d."codeAfter", d."workerBefore", d."workerAfter",
        d."firstDifference"
      FROM jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) AS d ("decisionId" uuid, "decidedAt" timestamptz,
        "ruleBefore" text, "ruleAfter" text, "outcomeBefore" text, "outcomeAfter" text, "codeBefore" text,
        "codeAfter" text, "workerBefore" text, "workerAfter" text, "firstDifference" text)`;
  return true;
}

/** One page of a run's kept differences, newest first, and the decision to go on before: null at the oldest. */
export async function listShadowDifferences(
  tx: TenantTx,
  runId: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<{ differences: ShadowDifference[]; next: string | null }> {
  const rows = await tx.shadowDifference.findMany({
    where: { runId, ...(before !== null && { decisionId: { lt: before } }) },
    orderBy: { decisionId: "desc" },
    take: limit,
  });
  const differences = rows.map(({ tenantId: _tenant, runId: _run, ...difference }) => difference);
  return { differences, next: rows.length === limit ? (rows.at(-1)?.decisionId ?? null) : null };
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["shadowRun"]["findFirst"]>>>;

function toRun({ tenantId: _, decisions, differences, ...row }: Row): ShadowRun {
  return { ...row, decisions: Number(decisions), differences: Number(differences) };
}
