import {
  type ApiKey,
  findApiKey,
  findSession,
  isEndedElsewhere,
  isOperatorSessionLive,
  lookupApiKey,
  lookupSession,
  type OperatorTx,
  type Session,
  type TenantTx,
  withOperator,
  withTenant,
} from "@guildhall/db";
import { HALL_CHAIN, HallError, type SignatoryId } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { askBeforeEntry } from "../ledger/last-check.ts";
import type { TenantSnapshot } from "../snapshot/load.ts";
import { addressList } from "./address-list.ts";
import { hashSecret, readSecret } from "./api-key.ts";
import type { AnyCaller, Caller, Operator } from "./caller.ts";
import { callerOfOperatorToken } from "./operator-token.ts";
import { type Permission, permissionsOf, platformPermissionsOf } from "./permissions.ts";
import { lacksRequiredFactor, TO_SET_UP_A_FACTOR } from "./required-factor.ts";

/** What a request brings to show who asks. */
export interface Presented {
  authorization: string | undefined;
  /** The peer's, or the one that a trusted proxy names. */
  address: string;
}

/**
 * Who calls: from an `Authorization: Bearer` header to a caller. Decisions take the key from the tenant's
 * snapshot, which the fence keeps honest; reads look it up again in the transaction they open anyway.
 */
export async function authenticate(hall: Hall, { authorization, address }: Presented): Promise<AnyCaller> {
  const secret = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
  if (!secret) throw new HallError("UNAUTHENTICATED");
  const kind = readSecret(secret);
  if (kind === "key") return authenticateKey(hall, hashSecret(secret), address);
  if (kind === "session") return authenticateSession(hall, hashSecret(secret));
  if (kind === "op") return callerOfOperatorToken(hall.settings.operatorTokenFile, hashSecret(secret));
  throw new HallError("UNAUTHENTICATED");
}

async function authenticateKey(hall: Hall, hash: Buffer, address: string): Promise<Caller> {
  const hashHex = hash.toString("hex");
  let tenantId = hall.snapshots.tenantOfKey(hashHex);
  if (!tenantId) {
    const found = await lookupApiKey(hall.db, hash);
    if (!found) throw new HallError("UNAUTHENTICATED");
    tenantId = found.tenantId;
    // Known to the database and not to the snapshot: created since it was taken.
    if (hall.snapshots.peek(tenantId)) await hall.snapshots.refresh(tenantId);
  }
  const snapshot = await hall.snapshots.get(tenantId);
  const caller = callerOfKey(snapshot, hash, hall.clock.now());
  // A key's ranges never change, so the rounds of the fence need not ask again.
  requireAddress(snapshot?.keys.get(hashHex), address);
  return caller;
}

function requireAddress(key: ApiKey | undefined, address: string): void {
  if (!key?.addresses) return;
  const includes = rangesOf.get(key) ?? addressList(key.addresses);
  rangesOf.set(key, includes);
  if (!includes(address)) throw new HallError("KEY_ADDRESS");
}

/** As with callers: by the key as one load of the snapshot gave it. */
const rangesOf = new WeakMap<ApiKey, (address: string) => boolean>();

/**
 * The caller that a key makes in a snapshot. Called again for each round that the fence sends back.
 * @throws HallError UNAUTHENTICATED, KEY_REVOKED, KEY_EXPIRED
 */
export function callerOfKey(snapshot: TenantSnapshot | null, hash: Buffer, nowMs: number): Caller {
  const key = snapshot?.keys.get(hash.toString("hex"));
  if (!snapshot || !key) throw new HallError("UNAUTHENTICATED");
  requireLive(key, nowMs);
  // What a key may do in a snapshot does not change: it is worked out once.
  const known = callers.get(key);
  if (known?.snapshot === snapshot.identities) return known.caller;
  const caller: Caller = {
    kind: "tenant",
    tenantId: snapshot.tenantId,
    actor: { kind: "key", id: key.id },
    secretHash: hash,
    credential: {
      kind: "key",
      id: key.id,
      environments: key.environments && new Set(key.environments),
      agent: key.agent,
      requestsPerMinute: key.requestsPerMinute,
      requestsPerDay: key.requestsPerDay,
    },
    permissions: new Set(key.scopes as Permission[]),
    // A key keeps no identity that its tenant has given up.
    identities: new Set(key.identities.filter((identity) => snapshot.identities.has(identity))),
  };
  callers.set(key, { snapshot: snapshot.identities, caller });
  return caller;
}

/** By the key as one load of the snapshot gave it, so that nothing outlives that load. */
const callers = new WeakMap<ApiKey, { snapshot: ReadonlySet<SignatoryId>; caller: Caller }>();

function requireLive(key: ApiKey, nowMs: number): void {
  if (key.revokedAt) throw new HallError("KEY_REVOKED");
  if (key.expiresAt && key.expiresAt.getTime() <= nowMs) throw new HallError("KEY_EXPIRED");
}

async function authenticateSession(hall: Hall, hash: Buffer): Promise<Caller> {
  const found = await lookupSession(hall.db, hash);
  if (!found) throw new HallError("UNAUTHENTICATED");
  // Of one moment: a session that was live a moment ago is never joined with the role that has ended it since (H-107).
  const session = await withTenant(hall.db, found.tenantId, (tx) => findSession(tx, found.id), {
    isolation: "RepeatableRead",
  });
  const live = requireLiveSession(session, hall.clock.now());
  const lacksFactor = lacksRequiredFactor(hall.settings, live);
  const held =
    found.tenantId === HALL_CHAIN ? platformPermissionsOf(live.member) : permissionsOf(live.member);
  return {
    kind: "tenant",
    tenantId: found.tenantId,
    actor: { kind: "person", id: live.member.id },
    secretHash: hash,
    credential: {
      kind: "session",
      id: live.id,
      name: live.member.displayName,
      role: live.member.role,
      accountId: live.member.accountId,
      stepUpAtMs: live.stepUpAt?.getTime() ?? null,
      lacksFactor,
    },
    permissions: lacksFactor ? TO_SET_UP_A_FACTOR : held,
    identities: new Set<SignatoryId>(),
  };
}

function requireLiveSession(session: Session | null, nowMs: number): Session {
  // One that waits for its second factor is no credential yet.
  if (!session || session.awaitsFactor) throw new HallError("UNAUTHENTICATED");
  if (session.member.removedAt) throw new HallError("SESSION_ENDED");
  if (session.endedAt || session.expiresAt.getTime() <= nowMs) throw new HallError("SESSION_ENDED");
  return session;
}

/**
 * A transaction of the caller's tenant that first asks whether the caller still may, and once more before it writes an
 * entry: a right that was taken away is gone in the next read and in every act that is not written yet, in every instance.
 */
export function asCaller<T>(hall: Hall, caller: Caller, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  const { credential } = caller;
  return withTenant(hall.db, caller.tenantId, async (tx) => {
    if (credential.kind === "key") {
      const requireKey = async () => {
        const key = await findApiKey(tx, credential.id);
        if (!key) throw new HallError("UNAUTHENTICATED");
        requireLive(key, hall.clock.now());
      };
      await requireKey();
      askBeforeEntry(tx, requireKey);
    } else if (credential.kind === "session") {
      requireLiveSession(await findSession(tx, credential.id), hall.clock.now());
      askBeforeEntry(tx, async () => {
        if (await isEndedElsewhere(tx, credential.id)) throw new HallError("SESSION_ENDED");
      });
    }
    return work(tx);
  });
}

/** The same for whoever operates the Hall. */
export function asOperator<T>(
  hall: Hall,
  { sessionId }: Operator,
  work: (tx: OperatorTx) => Promise<T>,
): Promise<T> {
  return withOperator(hall.db, async (tx) => {
    if (sessionId !== null) {
      const requireSession = async () => {
        const at = new Date(hall.clock.now());
        if (!(await isOperatorSessionLive(tx, sessionId, at))) throw new HallError("SESSION_ENDED");
      };
      await requireSession();
      askBeforeEntry(tx, requireSession);
    }
    return work(tx);
  });
}
