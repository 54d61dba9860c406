import { z } from "zod";

/**
 * Every reason a Hall refuses, with the sentence people read and what would change the answer.
 * Append-only: a code that was once sequenced keeps its meaning for ever. The codes of WCP's public
 * implementations come first (contract 3), then our own (ARCHITECTURE 9).
 */
export const DENY_CODES = {
  DENY_INVALID_INPUT: says("The request does not follow RouteInput.", "Mend the fields named in problems."),
  DENY_MISSING_TENANT_ID: says(
    "The request names no tenant.",
    "Send tenant_id, one of your key's identities.",
  ),
  DENY_UNKNOWN_TENANT: says(
    "The tenant_id is not an identity of this key.",
    "Use an identity that the key is bound to, or a key of that tenant.",
  ),
  DENY_MISSING_CORRELATION_ID: says("The request has no correlation id.", "Send a correlation_id, a UUID."),
  DENY_SHADOW_RULES_DETECTED: says(
    "The rules in force contain rules that can never match.",
    "Publish a bundle without shadowed rules.",
  ),
  DENY_NO_MATCHING_RULE: says(
    "No rule lets this capability run here.",
    "Ask for a capability the Hall knows, or have an operator publish a rule.",
  ),
  DENY_MISSING_REQUIRED_CONTROLS: says(
    "The worker lacks controls that are required.",
    "Enroll a worker that implements the missing controls.",
  ),
  DENY_REQUIRES_HUMAN: says(
    "The blast score reaches the gate, so a human must decide.",
    "Lower what the request does, or have it approved.",
  ),
  DENY_POLICY_GATE_UNCONFIGURED: says(
    "The rule asks the policy gate and none is configured.",
    "Publish policies, or a rule that does not ask.",
  ),
  DENY_POLICY_GATE: says(
    "A policy denies this request.",
    "The policy named in the receipt says what it asks.",
  ),
  DENY_REQUIRES_HUMAN_APPROVAL: says("The rule asks for a human's approval.", "Have the request approved."),
  DENY_POLICY_GATE_INVALID_RESPONSE: says(
    "The policy gate answered with something that is no decision.",
    "Mend the policy.",
  ),
  DENY_NO_AVAILABLE_WORKER: says(
    "No worker for this capability is available.",
    "Enroll a worker of a species the rule names, or resume it.",
  ),
  DENY_ATTESTATION_UNCONFIGURED: says(
    "The rule asks for an attestation of the worker's code and this Hall checks none.",
    "Configure attestation, or a rule that does not ask.",
  ),
  DENY_WORKER_ATTESTATION_MISSING: says(
    "Nothing vouches for the worker's code as strongly as is asked for.",
    "Register the worker's package and have it measured in the way that is asked for.",
  ),
  DENY_WORKER_ATTESTATION_INVALID_HASH: says(
    "The worker's registered hash is not a SHA-256.",
    "Attest the worker's package again.",
  ),
  DENY_WORKER_HASH_UNAVAILABLE: says(
    "The hash of what runs could not be learnt.",
    "Start the runner that measures the worker.",
  ),
  DENY_WORKER_TAMPERED: says(
    "What runs is not what was registered.",
    "Restore the package, then have an operator clear the flag.",
  ),
  DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED: says(
    "The worker declares no privilege envelope and this request needs one.",
    "Enroll the worker with a privilege_envelope.",
  ),
  DENY_PRIVILEGE_ENVELOPE_VIOLATED: says(
    "The worker's privileges exceed what is allowed here.",
    "Narrow the worker's privilege_envelope, or allow it for this environment.",
  ),
  DENY_WORKER_BANNED: says("The worker is banned.", "Use another worker; the ban names its reason."),
  DENY_BAN_FEED_STALE: says(
    "The ban feed is too old to trust.",
    "Restore the feed; the Hall refuses until then.",
  ),
  DENY_SNAPSHOT_STALE: says(
    "The Hall's view of its own state is too old to decide on.",
    "Try again; if it lasts, check the database connection.",
  ),
  DENY_TENANT_SUSPENDED: says("The tenant is suspended.", "Ask the operator of the Hall."),
  DENY_STANDING: says("The tenant's standing does not allow it.", "Ask the operator of the Hall."),
  DENY_AGREEMENT_REQUIRED: says("An agreement is required and there is none.", "Sign an agreement."),
  DENY_AGREEMENT_NOT_IN_FORCE: says("The agreement is not in force now.", "Renew the agreement."),
  DENY_AGREEMENT_TERMS: says(
    "The request lies outside the agreement's terms.",
    "Ask for what the terms allow.",
  ),
  DENY_ENVIRONMENT_NOT_ALLOWED: says(
    "The worker may not run in this environment.",
    "Ask in an environment that its record allows.",
  ),
  DENY_CERTIFICATION_REQUIRED: says(
    "The rule asks for a certified worker and this one is not.",
    "A compliance officer can certify the worker.",
  ),
  DENY_CERTIFICATION_EXPIRED: says("The worker's certification has expired.", "Renew the certification."),
  DENY_CERTIFICATION_REVOKED: says("The worker's certification was revoked.", "Certify the worker anew."),
  DENY_CERTIFICATION_SCOPE: says(
    "The worker's certification does not cover this request.",
    "Certify it for this capability, label and environment.",
  ),
  DENY_BLAST_LIMIT: says(
    "The blast score is over the limit set for this rule.",
    "Lower what the request does.",
  ),
  DENY_CHAIN_LIMIT: says("The chain of work is over its limit.", "Start a smaller chain."),
  DENY_CHAIN_CYCLE: says("The chain of work runs in a circle.", "Break the circle."),
  DENY_CATALOG_VERSION: says("The worker needs a newer catalog.", "Update the Hall's catalog."),
  DENY_POLICY_ERROR: says("A policy failed while it ran.", "Mend the policy; an error is always a denial."),
  DENY_KILL_SWITCH: says("The kill switch is on.", "An operator must release it."),
  DENY_QUOTA: says("The quota is used up.", "Wait for the next window, or raise the quota."),
  DENY_KEY_SCOPE: says("The key is not allowed to do this.", "Use a key with the scope named in the answer."),
  DENY_APPROVAL_REJECTED: says("An approver said no.", "The approval names the reason."),
  DENY_APPROVAL_EXPIRED: says("Nobody approved in time.", "Ask again."),
  DENY_APPROVAL_VOID: says("The approval no longer fits the request.", "Ask again."),
  DENY_INTERNAL_ERROR: says("The Hall failed while deciding, so it refused.", "Report the decision id."),
  DENY_PROFILE_UNCONFIGURED: says(
    "The rule asks for a profile that this Hall does not hold.",
    "Define the profile, or publish a rule that does not ask for it.",
  ),
} as const satisfies Record<`DENY_${string}`, DenyText>;

interface DenyText {
  sentence: string;
  /** What would change the answer. */
  remedy: string;
}

export type DenyCode = keyof typeof DENY_CODES;
export const DenyCode = z.enum(Object.keys(DENY_CODES) as [DenyCode, ...DenyCode[]]);

function says(sentence: string, remedy: string): DenyText {
  return { sentence, remedy };
}
