import {
  findNameProofLocked,
  isAnothersDomainLocked,
  type NameProof,
  noteProofChecked,
  type TenantTx,
  withOperator,
} from "@guildhall/db";
import {
  type Actor,
  HALL_CHAIN,
  HallError,
  Namespace,
  type ReceiptId,
  type TenantId,
} from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { type Finding, finding, isMissing, judgeRecords, recordName } from "./challenge.ts";
import { takeNamespace } from "./take-namespace.ts";

export type ProofHall = Pick<Hall, "db" | "clock" | "ledger" | "textRecords">;

export interface CheckedProof {
  proof: NameProof;
  finding: Finding;
  /** Of what changed; null where nothing did. */
  receiptId: ReceiptId | null;
}

/**
 * Looks at a name's record, and writes down what follows: it is proved, found again, or lost. What no server answered
 * changes nothing. @param inTenant one transaction of the tenant, which asks anew whether whoever wants this may
 * @throws HallError NOT_FOUND, CONFLICT where the name is another's
 */
export async function checkProof(
  hall: ProofHall,
  {
    tenantId,
    id,
    actor,
    inTenant,
  }: {
    tenantId: TenantId;
    id: string;
    actor: Actor;
    inTenant: <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>;
  },
): Promise<CheckedProof> {
  const known = await inTenant((tx) => findNameProofLocked(tx, id));
  if (!known) throw new HallError("NOT_FOUND");
  if (known.provedAt === null && known.expiresAt.getTime() <= hall.clock.now())
    return { proof: known, finding: finding("CHALLENGE_EXPIRED"), receiptId: null };
  // Asked outside of any transaction: name servers take their time.
  const found = judgeRecords(await hall.textRecords(recordName(known.domain)), known.challenge);
  // Once: what the operator has released since is not taken again by a record that still stands.
  if (found.code === "DNS_PROVED" && known.kind === "namespace" && known.provedAt === null)
    await registerOnHall(hall, { tenantId, actor, proof: known });
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(tenantId, actor, nowMs);
  const { proof, act } = await inTenant(async (tx) => {
    const proof = await findNameProofLocked(tx, id);
    // Released, or given another challenge, while the servers were asked.
    if (proof?.challenge !== known.challenge) throw new HallError("NOT_FOUND");
    const change = changeOf(proof, found, new Date(nowMs));
    // Before it is written down: two proofs of one domain are refused by an index too.
    if (change !== null && change.action !== "domain_lost" && proof.kind === "email")
      if (await isAnothersDomainLocked(tx, tenantId, proof.name))
        throw new HallError("CONFLICT", { detail: { reason: ANOTHERS } });
    await noteProofChecked(tx, id, { checkedAt: new Date(nowMs), ...change?.columns });
    if (change === null) return { proof: { ...proof, checkedAt: new Date(nowMs) }, act: null };
    const { kind, name } = proof;
    const act = await hall.ledger.append(
      tx,
      { ...envelope, kind: "tenant", action: change.action, subject: id, details: { kind, name } },
      nowMs,
      // What people of a lost domain may is narrowed.
      ...(change.action === "domain_lost" ? (["tenant"] as const) : []),
    );
    return { proof: { ...proof, checkedAt: new Date(nowMs), ...change.columns }, act };
  });
  if (act) await hall.ledger.sealed(act);
  return { proof, finding: found, receiptId: act?.receiptId ?? null };
}

const ANOTHERS = "another tenant of this Hall has proved this domain; its record stands beside yours";

function changeOf(proof: NameProof, found: Finding, at: Date) {
  if (found.code === "DNS_PROVED" && proof.provedAt === null)
    return { action: "domain_proved", columns: { provedAt: at } } as const;
  if (found.code === "DNS_PROVED" && proof.lostAt !== null)
    return { action: "domain_found", columns: { lostAt: null } } as const;
  if (isMissing(found) && proof.provedAt !== null && proof.lostAt === null)
    return { action: "domain_lost", columns: { lostAt: at } } as const;
  return null;
}

/** The namespace is the tenant's on the Hall's own chain, as by the operator's word; the record is the proof. */
async function registerOnHall(
  hall: ProofHall,
  { tenantId, actor, proof }: { tenantId: TenantId; actor: Actor; proof: NameProof },
): Promise<void> {
  const nowMs = hall.clock.now();
  const namespace = Namespace.parse(proof.name);
  const envelope = hall.ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
  const act = await withOperator(hall.db, async (tx) => {
    // A check of an earlier moment may have come this far and no further.
    if (!(await takeNamespace(tx, { namespace, tenantId, nowMs }))) return null;
    const details = { namespace, proof: "dns", domain: proof.domain };
    return hall.ledger.append(
      tx,
      { ...envelope, kind: "tenant", action: "namespace_registered", subject: tenantId, details },
      nowMs,
    );
  });
  if (act) await hall.ledger.sealed(act);
}
