import type { Actor, Env, SignatoryId, TenantId } from "@guildhall/protocol";
import { HallError } from "@guildhall/protocol";
import type { Permission } from "./permissions.ts";

/** Who asks, once that is established: somebody of a tenant or of the Hall's own house, or the holder of its token. */
export type AnyCaller = Caller | HallOperator;

/** Somebody of a tenant, or, where that is the Hall's chain, of its own house. */
export interface Caller {
  kind: "tenant";
  tenantId: TenantId;
  actor: Actor;
  /** Of the credential itself: what is looked up again when the right has to be checked anew. */
  secretHash: Buffer;
  credential:
    | KeyCredential
    | SessionCredential
    /** None: somebody on this machine, where the setting lets them in. */
    | { kind: "loopback" };
  permissions: ReadonlySet<Permission>;
  /** The signatory identities that this credential may sign as. */
  identities: ReadonlySet<SignatoryId>;
}

export interface SessionCredential {
  kind: "session";
  id: string;
  name: string;
  role: string;
  /** Null for who has no account and signs in by links alone. */
  accountId: string | null;
  /** When its holder last showed a factor, in milliseconds; null where never. */
  stepUpAtMs: number | null;
  /** True where the role asks for a second factor and the session was begun without one: it is there to set one up. */
  lacksFactor: boolean;
}

export interface KeyCredential {
  kind: "key";
  id: string;
  /** Where it may ask for decisions; null: everywhere. */
  environments: ReadonlySet<Env> | null;
  /** The agent whose work it is, or null. */
  agent: string | null;
  requestsPerMinute: number | null;
  requestsPerDay: number | null;
}

/** Whoever holds the Hall's operator token. It names no tenant, so no transaction of one can be opened for it. */
export interface HallOperator {
  kind: "operator";
  actor: Actor;
  permissions: ReadonlySet<Permission>;
}

/** Who operates the Hall, whether by its token or as a person who has signed in to its house. */
export interface Operator {
  actor: Actor;
  /** Looked at again in the act's own transaction; null for the token, which is read anew each time. */
  sessionId: string | null;
}

/** @throws HallError FORBIDDEN naming the permission, or SECOND_FACTOR_REQUIRED */
export function requirePermission(caller: AnyCaller, permission: Permission): void {
  if (caller.permissions.has(permission)) return;
  if (caller.kind === "tenant" && caller.credential.kind === "session" && caller.credential.lacksFactor)
    throw new HallError("SECOND_FACTOR_REQUIRED");
  throw new HallError("FORBIDDEN", { detail: { permission } });
}

/** Whose work it is, as blast is added up and agreements name it: the agent's, where the key names one. */
export function workOf(agent: string | null, actor: Actor): string {
  return agent ?? actor.id;
}

/** The actor as rows name it: `kind:id`. */
export function actorName({ actor }: Pick<Caller, "actor">): string {
  return `${actor.kind}:${actor.id}`;
}
