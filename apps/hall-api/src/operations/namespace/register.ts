import { findNamespaceAlike, findTenantBySlug, registerNamespace, withOperator } from "@guildhall/db";
import { HALL_CHAIN, HallError, Namespace, namespaceSkeleton } from "@guildhall/protocol";
import { z } from "zod";
import { operation, operatorOf } from "../operation.ts";

/** How long a released name is kept from others, whose workers would be taken for its former owner's. */
export const NAMESPACE_QUARANTINE_MS = 90 * 24 * 3600 * 1000;

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
      const skeleton = namespaceSkeleton(namespace);
      const alike = await findNamespaceAlike(tx, skeleton);
      if (alike && alike.namespace !== namespace)
        throw conflict({ reason: "looks like another", alike: alike.namespace });
      if (alike && alike.releasedAt === null) throw conflict({ reason: "registered before" });
      if (alike?.releasedAt && alike.tenantId !== tenant.id) {
        const freeAtMs = alike.releasedAt.getTime() + NAMESPACE_QUARANTINE_MS;
        if (nowMs < freeAtMs)
          throw conflict({ reason: "released a short while ago", free_at: new Date(freeAtMs).toISOString() });
      }
      await registerNamespace(tx, {
        namespace,
        skeleton,
        tenantId: tenant.id,
        registeredAt: new Date(nowMs),
      });
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

function conflict(detail: Record<string, string>): HallError {
  return new HallError("CONFLICT", { detail });
}
