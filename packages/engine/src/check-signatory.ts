import type { RouteInput } from "@guildhall/protocol";
import { isGuarded } from "./guarded-env.ts";
import type { Refusal } from "./refusal.ts";
import { shown } from "./sanitise.ts";

/** A caller acts only under an identity that its key is bound to, so a tenant id cannot be borrowed. */
export function checkSignatory(input: RouteInput, identities: ReadonlySet<string>): Refusal | null {
  const tenant = input.tenant_id;
  if (tenant.trim() === "")
    return { code: "DENY_MISSING_TENANT_ID", details: {}, because: "The tenant_id is blank." };
  if (identities.has(tenant)) return null;
  // Redacted where it is guarded (contract 3.5): what a stranger claims to be may be somebody's name.
  const named = isGuarded(input.env) ? "[redacted]" : shown(tenant);
  return {
    code: "DENY_UNKNOWN_TENANT",
    details: { tenant_id: named },
    because: `The key is not bound to ${named}.`,
  };
}

/** Enforced whatever a rule says: without it nobody can follow the work afterwards. */
export function checkCorrelation(input: RouteInput): Refusal | null {
  if (input.correlation_id.trim() !== "") return null;
  return { code: "DENY_MISSING_CORRELATION_ID", details: {}, because: "The correlation_id is blank." };
}
