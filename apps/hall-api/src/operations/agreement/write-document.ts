import { listIdentities, type TenantTx } from "@guildhall/db";
import {
  AGREEMENT_TEMPLATES,
  AgreementDocument,
  AgreementParty,
  type AgreementTemplate,
  AgreementTerms,
  HallError,
  Instant,
  instant,
  SignatoryId,
} from "@guildhall/protocol";
import { z } from "zod";

/** What the tenant chooses of an agreement. The rest is the template's. */
export const AgreementDraft = z.strictObject({
  template_id: z.string().max(64),
  title: AgreementDocument.shape.title,
  signatory: AgreementParty,
  /** All of the tenant's where it is left out. */
  identities: z.array(SignatoryId).min(1).max(1000).optional(),
  terms: AgreementTerms,
  /** Now where it is left out. */
  valid_from: Instant.optional(),
  valid_until: Instant.nullable(),
});
export type AgreementDraft = z.infer<typeof AgreementDraft>;

/** The document of a version: the template's clauses over what was chosen. @throws HallError INVALID_REQUEST */
export async function writeDocument(
  tx: TenantTx,
  draft: AgreementDraft,
  on: { hall: string; agreementId: string; version: number; previousDigest: string | null; nowMs: number },
): Promise<AgreementDocument> {
  const owned = await listIdentities(tx);
  const { template_id, title, signatory, terms, valid_until } = draft;
  const template = AGREEMENT_TEMPLATES.find((one) => one.template_id === template_id);
  const identities = [...new Set(draft.identities ?? owned)].sort();
  const valid_from = draft.valid_from ?? instant(on.nowMs);
  const problems = [
    ...(template
      ? beyond(template, terms)
      : [{ path: "template_id", expected: "one of the Hall's templates" }]),
    ...(identities.length > 0 && identities.every((one) => owned.includes(one))
      ? []
      : [{ path: "identities", expected: "identities of the tenant" }]),
    ...(template ? wrongTimes(template, valid_from, valid_until) : []),
  ];
  if (template === undefined || problems.length > 0)
    throw new HallError("INVALID_REQUEST", { detail: { problems } });
  const said = (clause: string) =>
    clause.replaceAll(/\{(hall|signatory)\}/g, (_, party) => (party === "hall" ? on.hall : signatory.name));
  return {
    format: "guildhall/agreement/1",
    agreement_id: on.agreementId,
    version: on.version,
    template_id,
    title,
    parties: { hall: on.hall, signatory },
    clauses: template.clauses.map(said),
    identities,
    terms,
    valid_from,
    valid_until,
    previous_digest: on.previousDigest,
  };
}

interface Problem {
  path: string;
  expected: string;
}

/** Where the terms reach further than the Hall offers. */
function beyond({ limits }: AgreementTemplate, terms: AgreementTerms): Problem[] {
  return [
    ...(terms.environments.every((env) => limits.environments.includes(env))
      ? []
      : [{ path: "terms.environments", expected: `of ${limits.environments.join(", ")}` }]),
    ...(terms.data_labels.every((label) => limits.data_labels.includes(label))
      ? []
      : [{ path: "terms.data_labels", expected: `of ${limits.data_labels.join(", ")}` }]),
    ...(terms.max_blast_score <= limits.max_blast_score
      ? []
      : [{ path: "terms.max_blast_score", expected: `at most ${limits.max_blast_score}` }]),
  ];
}

const DAY_MS = 86_400_000;

function wrongTimes({ limits: { days } }: AgreementTemplate, from: string, until: string | null): Problem[] {
  if (until === null)
    return days === null ? [] : [{ path: "valid_until", expected: `an end, at most ${days} days on` }];
  const lasts = Date.parse(until) - Date.parse(from);
  if (lasts <= 0) return [{ path: "valid_until", expected: "a time after valid_from" }];
  return days !== null && lasts > days * DAY_MS
    ? [{ path: "valid_until", expected: `at most ${days} days after valid_from` }]
    : [];
}
