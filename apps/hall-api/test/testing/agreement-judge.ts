import type { TestHouse } from "./running-hall.ts";

interface Body {
  kind: string;
  action?: string;
  subject?: string;
  leaf_index: number;
  details?: { version?: number; digest?: string };
  decision?: { outcome: string; agreement?: { agreement_id: string; version: number; digest: string } };
}

/**
 * Whether the receipts alone bear out every decision that rests on an agreement: the acts before it, in the order of the log,
 * leave that agreement in force by the very version and document that the decision names.
 * @returns the leaves of decisions that they do not bear out, and how many were looked at
 */
export async function judgeAgreements(
  house: TestHouse,
  tenantId: string,
): Promise<{ unproved: number[]; judged: number; acts: number }> {
  const { rows } = await house.admin.query<{ body: Body }>(
    `SELECT convert_from(body, 'UTF8')::jsonb AS body FROM ledger.receipt WHERE tenant_id = $1
     AND convert_from(body, 'UTF8')::jsonb ->> 'kind' IN ('agreement', 'decision') ORDER BY leaf_index`,
    [tenantId],
  );
  const inForce = new Map<string, { state: string; version: number; digest: string }>();
  const unproved: number[] = [];
  let judged = 0;
  let acts = 0;
  for (const { body } of rows) {
    if (body.kind === "agreement") {
      acts++;
      const id = body.subject as string;
      const { version = 0, digest = "" } = body.details ?? {};
      if (body.action === "activated") inForce.set(id, { state: "active", version, digest });
      const now = inForce.get(id);
      if (now && body.action === "suspended") now.state = "suspended";
      if (now && body.action === "resumed") now.state = "active";
      if (body.action === "terminated") inForce.delete(id);
    } else if (body.decision?.outcome === "ALLOW") {
      judged++;
      const named = body.decision.agreement;
      const now = named && inForce.get(named.agreement_id);
      if (now?.state !== "active" || now.version !== named?.version || now.digest !== named.digest)
        unproved.push(body.leaf_index);
    }
  }
  return { unproved, judged, acts };
}
