import type { Actor, SignatoryId, TenantId } from "@guildhall/protocol";
import { HallError } from "@guildhall/protocol";
import type { Permission } from "./permissions.ts";

/** Who asks, once that is established. */
export interface Caller {
  tenantId: TenantId;
  actor: Actor;
  /** Of the credential itself: what is looked up again when the right has to be checked anew. */
  secretHash: Buffer;
  credential: { kind: "key"; id: string } | { kind: "session"; id: string; name: string; role: string };
  permissions: ReadonlySet<Permission>;
  /** The signatory identities that this credential may sign as. */
  identities: ReadonlySet<SignatoryId>;
}

/** @throws HallError FORBIDDEN naming the permission */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (!caller.permissions.has(permission)) throw new HallError("FORBIDDEN", { detail: { permission } });
}

/** The actor as rows name it: `kind:id`. */
export function actorName({ actor }: Pick<Caller, "actor">): string {
  return `${actor.kind}:${actor.id}`;
}
