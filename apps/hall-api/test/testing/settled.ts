import { enrollAt } from "./enrolled-worker.ts";
import type { HttpWorker } from "./http-worker.ts";
import type { OpenHall } from "./running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./tenant.ts";

/** A tenant with the demo's rules, its worker, and an operator who is signed in. */
export interface Settled extends TestTenant {
  /** The operator's session. */
  operator: string;
  operatorId: string;
}

export async function settle(hall: OpenHall, worker: HttpWorker): Promise<Settled> {
  const tenant = await addTenant(hall.hall);
  const { id, session } = await addMember(hall.hall, tenant.id);
  await enrollAt(hall, tenant.key, worker.url);
  return { ...tenant, operator: session, operatorId: id };
}
