import { textDigest } from "@guildhall/attestation";
import type { AgreementVersion, StoredAgreement } from "@guildhall/db";
import { type SnapshotAgreement, snapshotAgreement } from "@guildhall/engine";
import { type Agreement, AgreementDocument, agreementOf } from "@guildhall/protocol";

/** Agreements as the engine sees them: each by the version that was activated last. */
export function heldAgreements(
  stored: readonly { agreement: StoredAgreement; current: AgreementVersion }[],
): SnapshotAgreement[] {
  return stored.flatMap(({ agreement: { state }, current }) =>
    state === "draft" ? [] : [snapshotAgreement(agreementOf(documentOf(current), state), current.digest)],
  );
}

export function documentOf({ document }: Pick<AgreementVersion, "document">): AgreementDocument {
  return AgreementDocument.parse(JSON.parse(document));
}

/**
 * The same from what was signed, for a replay. In which state it was at the time stands in the receipt.
 * @returns null where the text is not the one that the digest names
 */
export function agreementAsSigned(stored: AgreementVersion, digest: string): Agreement | null {
  return textDigest(stored.document) === digest ? agreementOf(documentOf(stored), "active") : null;
}

/** As if something were left of every quota: for asking what would be, where nothing is spent. */
export function unspentQuotas(agreements: readonly SnapshotAgreement[]): ReadonlyMap<string, number> {
  return new Map(agreements.map(({ agreementId }) => [agreementId, 1]));
}
