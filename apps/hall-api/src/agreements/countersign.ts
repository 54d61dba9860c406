import { SignerError, signEnvelope, textDigest } from "@guildhall/attestation";
import { countersignAgreementVersion, listAgreementVersions, lockAgreement, withTenant } from "@guildhall/db";
import {
  AGREEMENT_ACCEPTANCE_TYPE,
  type AgreementAcceptance,
  HallError,
  type TenantId,
} from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { requireStill } from "./require-still.ts";

/**
 * The Hall's own signature under a version that a person has signed, by its agreement key. Its offer is the template, and no
 * document reaches beyond one, so nobody is asked again. Where it was cut off it is made by whoever activates the version.
 */
export async function countersign(
  hall: Hall,
  tenantId: TenantId,
  { agreementId, version }: { agreementId: string; version: number },
): Promise<void> {
  const seen = (await withTenant(hall.db, tenantId, (tx) => listAgreementVersions(tx, agreementId))).find(
    (one) => one.version === version,
  );
  if (!seen?.signed)
    throw new HallError("CONFLICT", { detail: { reason: "nobody has signed that version" } });
  if (seen.countersigned) return;
  const acceptance: AgreementAcceptance = {
    hall: hall.settings.origin,
    agreement_id: agreementId,
    version,
    digest: seen.digest,
    signed_by_receipt: seen.signed.receiptId,
  };
  const { envelope, keyId } = await signed(hall, acceptance);
  const nowMs = hall.clock.now();
  const entry = hall.ledger.envelopeFor(tenantId, { kind: "hall", id: "agreement" }, nowMs);
  const act = await withTenant(hall.db, tenantId, async (tx) => {
    requireStill(await lockAgreement(tx, agreementId));
    const receiptId = entry.receipt_id;
    const countersigned = { at: new Date(nowMs), keyId, envelope, receiptId };
    // Another instance was first.
    if (!(await countersignAgreementVersion(tx, agreementId, version, countersigned))) return null;
    const details = {
      version,
      digest: seen.digest,
      key_id: keyId,
      countersignature_digest: textDigest(envelope),
      signed_by_receipt: seen.signed?.receiptId ?? null,
    };
    return hall.ledger.append(
      tx,
      { ...entry, kind: "agreement", action: "countersigned", subject: agreementId, details },
      nowMs,
      "tenant",
    );
  });
  if (act) await hall.ledger.sealed(act);
}

/** The key that the register names now: after a changeover it is another one. */
async function signed(
  hall: Hall,
  acceptance: AgreementAcceptance,
): Promise<{ envelope: string; keyId: string }> {
  try {
    const signer = await hall.keyring.open("agreement");
    try {
      return {
        envelope: await signEnvelope(signer, AGREEMENT_ACCEPTANCE_TYPE, acceptance),
        keyId: signer.keyId,
      };
    } finally {
      await signer.close();
    }
  } catch (cause) {
    if (cause instanceof SignerError) throw new HallError("SIGNER_UNAVAILABLE", { cause });
    throw cause;
  }
}
