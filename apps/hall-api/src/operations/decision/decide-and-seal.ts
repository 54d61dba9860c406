import { hash } from "node:crypto";
import { commitText, newReceiptId, newSalt, prepareBody } from "@guildhall/attestation";
import { findIdempotencyKey, findReceipt, type StoredReceipt, withTenant } from "@guildhall/db";
import { decide, type KeyBounds } from "@guildhall/engine";
import {
  canonicalJson,
  type DecisionBody,
  HallError,
  type HumanDemand,
  type Instant,
  instant,
  type ReadRouteInput,
  type ReceiptId,
  readRouteInput,
  type SealedReceipt,
  type SequencedField,
} from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";
import { callerOfKey } from "../../identity/authenticate.ts";
import { type Caller, type KeyCredential, workOf } from "../../identity/caller.ts";
import type { Permission } from "../../identity/permissions.ts";
import type { Entry, Sealed } from "../../ledger/entry.ts";
import { SEAL_DEADLINE_MS } from "../../ledger/writer.ts";
import type { TenantSnapshot } from "../../snapshot/load.ts";
import { adviseHumans } from "./advise-humans.ts";

/** A decision that is committed and sealed, as it will be answered. */
export interface SealedDecision {
  body: DecisionBody;
  read: ReadRouteInput;
  sealed: Sealed | SealedReceipt;
}

/** How long a human has to act on a hold. */
export const APPROVAL_TTL_MS = 24 * 3600 * 1000;
const ROUNDS_MAX = 3;
const COMMITTED_TRIES_MAX = 60;

/**
 * Snapshot, decide, sequence, seal: the one road to an answer, for routes and dispatches alike. An entry that
 * the fence sends back is decided again from authentication on.
 * @throws HallError FENCE_BUSY after three rounds; IDEMPOTENCY_*; LEDGER_UNAVAILABLE; SIGNER_UNAVAILABLE
 */
export async function decideAndSeal(
  hall: Hall,
  first: Caller,
  body: Record<string, unknown>,
  options: { starts: boolean; idempotencyKey: string | null; decisionId: ReceiptId },
): Promise<SealedDecision> {
  if (first.credential.kind !== "key")
    throw new HallError("FORBIDDEN", { detail: { permission: "decision:make" } });
  const permission = options.starts ? "dispatch:start" : "decision:make";
  const read = readRouteInput(body);
  const idempotency =
    options.idempotencyKey === null
      ? null
      : {
          key: checkedKey(options.idempotencyKey),
          requestDigest: requestDigest(body, options.starts, outOfBounds(first, read, permission)),
        };
  if (idempotency) {
    const repeated = await findRepeated(hall, first, idempotency);
    if (repeated) return { ...repeated, read };
  }

  for (let round = 0; round < ROUNDS_MAX; round++) {
    const snapshot =
      round === 0 ? await hall.snapshots.get(first.tenantId) : await hall.snapshots.refresh(first.tenantId);
    const nowMs = hall.clock.now();
    const caller = callerOfKey(snapshot, first.secretHash, nowMs);
    const key = boundsOf(caller, permission);
    const agent = workOf(key?.agent ?? null, caller.actor);
    const asked = read.valid ? read.input.tenant_id : "";
    const reserved = await hall.quotas.reserve(snapshot!.engine, asked, nowMs);
    const engine = reserved ? { ...snapshot!.engine, quotaLeft: reserved.left } : snapshot!.engine;
    const decision = decide(
      snapshot!.program,
      engine,
      { read, tenantId: first.tenantId, identities: caller.identities, agent, key },
      nowMs,
    );
    const entry = entryOf(hall, caller, { read, body, decision, nowMs, idempotency, ...options }, snapshot!);
    hall.probe("decided");
    // What fails from here on may have been committed, so it counts.
    if (entry.dispatch === null) reserved?.settle(null);
    const submitted = await hall.ledger.submit(entry);
    if (entry.dispatch !== null)
      reserved?.settle(
        submitted.outcome === "fenced" || submitted.outcome === "duplicate"
          ? null
          : (decision.agreement?.agreement_id ?? null),
      );
    switch (submitted.outcome) {
      case "sealed":
        hall.shadow.note({ ...snapshot!, engine }, agent, {
          decisionId: options.decisionId,
          decision,
          nowMs,
        });
        await adviseHumans(hall, caller, snapshot!.engine, decision, options.decisionId);
        return { body: submitted.sealed.body as DecisionBody, read, sealed: submitted.sealed };
      case "duplicate": {
        const repeated = idempotency && (await waitForRepeated(hall, first, idempotency));
        if (repeated) return { ...repeated, read };
        throw new HallError("LEDGER_UNAVAILABLE");
      }
      case "committed":
        await adviseHumans(hall, caller, snapshot!.engine, decision, options.decisionId);
        return { ...(await findCommitted(hall, first, options.decisionId)), read };
      case "fenced":
        continue;
    }
  }
  throw new HallError("FENCE_BUSY");
}

/** What of the key the decision has to know; null for a key that nothing narrows. */
function boundsOf(caller: Caller, permission: Permission): KeyBounds | null {
  const { environments, agent } = caller.credential as KeyCredential;
  const missingScope = caller.permissions.has(permission) ? null : permission;
  if (missingScope === null && environments === null && agent === null) return null;
  return { missingScope, environments, agent };
}

/** What a key may not ask for it does not learn by repeating what another key asked. */
function outOfBounds(caller: Caller, read: ReadRouteInput, permission: Permission): string | null {
  const bounds = boundsOf(caller, permission);
  if (bounds === null) return null;
  const isOutside =
    bounds.missingScope !== null ||
    (bounds.environments !== null && !(read.valid && bounds.environments.has(read.input.env)));
  return isOutside ? caller.actor.id : null;
}

interface Made {
  read: ReadRouteInput;
  body: Record<string, unknown>;
  decision: DecisionBody["decision"];
  nowMs: number;
  starts: boolean;
  idempotency: Entry["idempotency"];
  decisionId: ReceiptId;
}

function entryOf(
  hall: Hall,
  caller: Caller,
  { read, body, decision, nowMs, starts, idempotency, decisionId }: Made,
  { engine: versions, code }: Pick<TenantSnapshot, "engine" | "code">,
): Entry {
  const { selected } = decision;
  const runs =
    starts && decision.outcome === "ALLOW" && !decision.dry_run && selected?.transport_digest != null;
  const decidedAt = instant(nowMs);
  const startBy = runs ? instant(nowMs + SEAL_DEADLINE_MS) : null;
  const expiresAt =
    decision.outcome === "HOLD" && !decision.dry_run ? instant(nowMs + APPROVAL_TTL_MS) : null;
  const salt = newSalt();
  const payload = canonicalJson(payloadOf(read, body));
  const input = read.valid ? read.input : null;
  const unsequenced: Omit<DecisionBody, SequencedField> = {
    ...hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs, decisionId),
    kind: "decision",
    tenant_id: input && (input.tenant_id || null),
    correlation_id: input && (input.correlation_id || null),
    capability_id: input?.capability_id ?? null,
    worker_id: selected?.worker_id ?? null,
    policy_decision: decision.outcome,
    controls_verified: decision.controls_verified,
    worker_attestation_checked: decision.attestation !== undefined,
    worker_attestation_valid: decision.attestation?.valid ?? null,
    ...(decision.attestation && selected && code.get(selected.worker_id)),
    artifact_hash: commitText(payload, salt),
    dispatched_at: runs ? decidedAt : null,
    start_by: startBy,
    ...(expiresAt && { approval_expires_at: expiresAt }),
    decision,
  };
  return {
    tenantId: caller.tenantId,
    receiptId: decisionId,
    epoch: versions.epoch,
    hallEpoch: versions.hallEpoch,
    // Written here and not under the heads, where everybody waits for it.
    body: prepareBody(unsequenced),
    payload: { salt, content: payload },
    idempotency,
    dispatch:
      runs && selected?.transport_digest && startBy
        ? { workerId: selected.worker_id, transportDigest: selected.transport_digest, startBy }
        : null,
    hold: expiresAt && decision.human ? holdOf(unsequenced, decision.human, expiresAt) : null,
  };
}

/** The row by which people find what waits for them; it stands or falls with the receipt. */
function holdOf(
  { decided_at, capability_id, worker_id, decision }: Omit<DecisionBody, SequencedField>,
  human: HumanDemand,
  expiresAt: Instant,
): Entry["hold"] {
  const { env, data_label } = decision.inputs;
  return {
    decidedAt: decided_at,
    expiresAt,
    level: human.level,
    quorum: human.quorum,
    stepUp: human.step_up,
    capabilityId: capability_id,
    workerId: worker_id,
    env: typeof env === "string" ? env : null,
    dataLabel: typeof data_label === "string" ? data_label : null,
    blastScore: decision.blast?.score ?? null,
    askedBy: human.asked_by,
  };
}

/**
 * What the receipt commits to: the request that a worker would get, or for an input that breaks its schema the
 * whole of what came, so that the refusal can be derived again.
 */
function payloadOf(read: ReadRouteInput, body: Record<string, unknown>): unknown {
  return read.valid ? read.input.request : body;
}

/** Route and dispatch of one body are two requests, and so is what one key may not ask for. */
function requestDigest(body: Record<string, unknown>, starts: boolean, outOfBounds: string | null): Buffer {
  const asked = `${starts ? "dispatch" : "route"}${outOfBounds === null ? "" : ` ${outOfBounds}`}`;
  return hash("sha256", `${asked}\n${canonicalJson(body)}`, "buffer");
}

function checkedKey(key: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new HallError("INVALID_REQUEST", {
    detail: { problems: [{ path: "Idempotency-Key", expected: "1 to 128 visible ASCII characters" }] },
  });
}

type Repeated = Omit<SealedDecision, "read">;

/** The decision that this key stands for, proved against whichever checkpoint covers it now. */
async function findRepeated(
  hall: Hall,
  caller: Caller,
  { key, requestDigest: digest }: NonNullable<Entry["idempotency"]>,
): Promise<Repeated | null> {
  const row = await findIdempotencyKey(hall.db.ledger, caller.tenantId, key);
  if (!row) return null;
  if (!row.requestDigest.equals(digest)) throw new HallError("IDEMPOTENCY_MISMATCH");
  const stored = await withTenant(hall.db, caller.tenantId, (tx) => findReceipt(tx, row.receiptId));
  return stored && present(hall, stored);
}

/** The winner has committed or is about to; whoever lost to it waits a moment. */
async function waitForRepeated(
  hall: Hall,
  caller: Caller,
  idempotency: NonNullable<Entry["idempotency"]>,
): Promise<Repeated | null> {
  const found = await findRepeated(hall, caller, idempotency);
  if (found) return found;
  throw new HallError("IDEMPOTENCY_IN_FLIGHT");
}

/**
 * A decision whose commit was cut off and found to have happened. Its work may start, so a refusal would be
 * untrue: where the database goes away once more, it is asked again.
 */
async function findCommitted(hall: Hall, caller: Caller, decisionId: ReceiptId): Promise<Repeated> {
  for (let tries = 0; ; tries++) {
    try {
      const stored = await withTenant(hall.db, caller.tenantId, (tx) => findReceipt(tx, decisionId));
      if (!stored) throw new Error(`decision ${decisionId} was committed and is not there`);
      const sealed = await hall.ledger.present(stored);
      return { body: sealed.receipt as unknown as DecisionBody, sealed };
    } catch (cause) {
      if (cause instanceof HallError) throw cause;
      if (tries === COMMITTED_TRIES_MAX) throw new HallError("LEDGER_UNAVAILABLE", { cause });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function present(hall: Hall, stored: StoredReceipt): Promise<Repeated> {
  const sealed = await hall.ledger.present(stored).catch((cause: unknown) => {
    throw new HallError("IDEMPOTENCY_IN_FLIGHT", { cause });
  });
  return { body: sealed.receipt as unknown as DecisionBody, sealed };
}

export function newDecisionId(hall: Hall): ReceiptId {
  return newReceiptId(hall.clock.now());
}
