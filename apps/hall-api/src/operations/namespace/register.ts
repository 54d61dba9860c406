import { findTenantBySlug, withOperator } from "@guildhall/db";
import { HALL_CHAIN, HallError, Namespace } from "@guildhall/protocol";
import { z } from "zod";
import { takeNamespace } from "../../names/take-namespace.ts";
import { operation, operatorOf } from "../operation.ts";

/** The operator's word is the proof: from then on nobody else enrolls under the name, nor under what looks like it. */
export const register = operation({
  name: "namespace.register",
  summary:
    "Register an authority namespace for a tenant, who alone may enroll workers under it from then on.",
  permission: "hall:operate",
  stepUp: true,
  input: z.strictObject({
    /** The tenant's slug. */
    tenant: z.string().min(1).max(64),
    namespace: Namespace,
  }),
  output: z.object({ namespace: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/namespaces", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { tenant: slug, namespace }, ...context }) {
    const { actor } = operatorOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
    const act = await withOperator(hall.db, async (tx) => {
      const tenant = await findTenantBySlug(tx, slug);
      if (!tenant) throw new HallError("NOT_FOUND");
      if (!(await takeNamespace(tx, { namespace, tenantId: tenant.id, nowMs })))
        throw new HallError("CONFLICT", { detail: { reason: "registered before" } });
      return hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "tenant",
          action: "namespace_registered",
          subject: tenant.id,
          details: { namespace },
        },
        nowMs,
      );
    });
    await hall.ledger.sealed(act);
    return { namespace, receipt_id: act.receiptId };
  },
});
