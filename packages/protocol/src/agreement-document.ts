import { z } from "zod";
import { type Agreement, AgreementTerms } from "./agreement.ts";
import { Instant, isPrintable, SignatoryId } from "./ids.ts";

/** The text of an agreement's version, as both sides sign it. Its canonical JSON is what its digest is of. */

const Line = z
  .string()
  .refine((text) => text === "" || isPrintable(text), "expected at most 128 printable characters");

export const AgreementParty = z.strictObject({
  name: z.string().refine(isPrintable, "expected a name: 1 to 128 printable characters"),
  /** Where the party is reached; may be empty. */
  address: Line.default(""),
});
export type AgreementParty = z.infer<typeof AgreementParty>;

export const AgreementDocument = z.strictObject({
  format: z.literal("guildhall/agreement/1"),
  agreement_id: z.uuid(),
  version: z.int().min(1),
  template_id: z.string().max(64),
  title: z.string().refine(isPrintable, "expected a title: 1 to 128 printable characters"),
  /** The Hall by its log's origin, and who signs with it. */
  parties: z.strictObject({ hall: z.string().max(128), signatory: AgreementParty }),
  clauses: z.array(z.string().min(1).max(2048)).min(1).max(100),
  identities: z.array(SignatoryId).min(1).max(1000),
  terms: AgreementTerms,
  valid_from: Instant,
  valid_until: Instant.nullable(),
  /** Of the version that it takes the place of. */
  previous_digest: z.string().nullable(),
});
export type AgreementDocument = z.infer<typeof AgreementDocument>;

/** A document as decisions read it. */
export function agreementOf(document: AgreementDocument, state: Agreement["state"]): Agreement {
  const { agreement_id, version, identities, terms, valid_from, valid_until } = document;
  return { agreement_id, version, identities, terms, valid_from, valid_until, state };
}

/** The payload type of the Hall's countersignature, a DSSE envelope by its agreement key. */
export const AGREEMENT_ACCEPTANCE_TYPE = "application/vnd.guildhall.agreement-acceptance+json";

/** What the Hall says with its countersignature. */
export const AgreementAcceptance = z.strictObject({
  hall: z.string(),
  agreement_id: z.uuid(),
  version: z.int().min(1),
  /** Of the document. */
  digest: z.string(),
  /** The entry of the tenant's chain in which a person signed it. */
  signed_by_receipt: z.uuid(),
});
export type AgreementAcceptance = z.infer<typeof AgreementAcceptance>;
