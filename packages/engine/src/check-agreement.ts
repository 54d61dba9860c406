import { type CapabilityId, coversCapability, type RouteInput } from "@guildhall/protocol";
import type { Refusal } from "./refusal.ts";
import { shown } from "./sanitise.ts";
import { hasQuota, type Snapshot, type SnapshotAgreement } from "./snapshot.ts";

export interface AgreementCheck {
  /** The agreement under which the work stands; null where there is none and none is needed. */
  readonly agreement: SnapshotAgreement | null;
  readonly refusal: Refusal | null;
}

const NONE_NEEDED: AgreementCheck = { agreement: null, refusal: null };

/**
 * Finds the signatory's agreement in force. Where one is in force its terms bind, whether or not one is required; of
 * several the first by id whose terms cover the request, and whose quotas are not used up, stands in the decision.
 */
export function checkAgreement(
  snapshot: Snapshot,
  required: boolean,
  input: RouteInput,
  capability: CapabilityId,
  agent: string,
  nowMs: number,
): AgreementCheck {
  const own = snapshot.agreements.filter(({ identities }) => identities.has(input.tenant_id));
  const inForce = own.filter((agreement) => isInForce(agreement, nowMs));
  if (inForce.length === 0) {
    if (!required) return NONE_NEEDED;
    const last = own.at(-1);
    return refused(
      last === undefined
        ? {
            code: "DENY_AGREEMENT_REQUIRED",
            details: {},
            because: `${shown(input.tenant_id)} has signed none.`,
          }
        : {
            code: "DENY_AGREEMENT_NOT_IN_FORCE",
            details: { agreement_id: last.agreementId, state: last.state },
            because: `${shown(last.agreementId)} is ${whyNotInForce(last, nowMs)}.`,
          },
    );
  }
  const covering = inForce.filter(({ terms }) => outside(terms, input, capability, agent) === null);
  const agreement = covering.find((one) => !isUsedUp(one, snapshot.quotaLeft));
  if (agreement !== undefined) return { agreement, refusal: null };
  const [usedUp] = covering;
  if (usedUp !== undefined) return refused(quotaRefusal(usedUp));
  const first = inForce[0] as SnapshotAgreement;
  return refused(termsRefusal(first, outside(first.terms, input, capability, agent) as string));
}

function isUsedUp(agreement: SnapshotAgreement, left: Snapshot["quotaLeft"]): boolean {
  return hasQuota(agreement) && (left.get(agreement.agreementId) ?? 0) <= 0;
}

/** The highest blast score is a term too, known only once a worker is selected. */
export function checkAgreedBlast(agreement: SnapshotAgreement | null, score: number): Refusal | null {
  if (agreement === null || score <= agreement.terms.max_blast_score) return null;
  const { max_blast_score } = agreement.terms;
  return {
    ...termsRefusal(agreement, `a blast score of ${score}; it allows ${max_blast_score}`),
    details: { agreement_id: agreement.agreementId, blast_score: score, limit: max_blast_score },
  };
}

/** From the first moment on, until just before the last. */
function isInForce(
  { state, validFromMs, validUntilMs }: Pick<SnapshotAgreement, "state" | "validFromMs" | "validUntilMs">,
  nowMs: number,
): boolean {
  return state === "active" && nowMs >= validFromMs && (validUntilMs === null || nowMs < validUntilMs);
}

function whyNotInForce({ state, validFromMs }: SnapshotAgreement, nowMs: number): string {
  if (state !== "active") return state;
  return nowMs < validFromMs ? "not in force yet" : "no longer in force";
}

/** What of the request the terms do not cover, or null. */
function outside(
  { capabilities, environments, data_labels, agents }: SnapshotAgreement["terms"],
  { env, data_label }: RouteInput,
  capability: CapabilityId,
  agent: string,
): string | null {
  if (!capabilities.some((pattern) => coversCapability(pattern, capability))) return shown(capability);
  if (!environments.includes(env)) return env;
  if (!data_labels.includes(data_label)) return `${data_label} data`;
  if (agents !== null && !agents.includes(agent)) return `the agent ${shown(agent)}`;
  return null;
}

function quotaRefusal({ agreementId, terms: { quotas } }: SnapshotAgreement): Refusal {
  const limits = [
    ...(quotas.per_hour === null ? [] : [`${quotas.per_hour} an hour`]),
    ...(quotas.per_day === null ? [] : [`${quotas.per_day} a day`]),
  ];
  return {
    code: "DENY_QUOTA",
    details: { agreement_id: agreementId, ...quotas },
    because: `${shown(agreementId)} allows ${limits.join(" and ")}.`,
  };
}

function termsRefusal({ agreementId }: SnapshotAgreement, what: string): Refusal {
  return {
    code: "DENY_AGREEMENT_TERMS",
    details: { agreement_id: agreementId },
    because: `${shown(agreementId)} does not cover ${what}.`,
  };
}

function refused(refusal: Refusal): AgreementCheck {
  return { agreement: null, refusal };
}
