import type { ControlId, PrivilegeEnvelope, RouteInput } from "@guildhall/protocol";
import { inOrder } from "./check-controls.ts";
import { isGuarded } from "./guarded-env.ts";
import type { Refusal } from "./refusal.ts";
import { shown, shownList } from "./sanitise.ts";
import type { Snapshot, SnapshotWorker } from "./snapshot.ts";

/** In canonical form: the published texts also spell it with underscores, and ids are compared canonically. */
const ENVELOPES_REQUIRED = "ctrl.privilege-envelopes-required";

export interface PrivilegeCheck {
  /** Null where no envelope was looked at. */
  readonly ok: boolean | null;
  readonly refusal: Refusal | null;
}

const NOT_LOOKED_AT: PrivilegeCheck = { ok: null, refusal: null };
const WITHIN: PrivilegeCheck = { ok: true, refusal: null };

/**
 * Holds what the worker may touch against what this environment allows. An envelope must exist where the
 * control asks for one and for RESTRICTED data in prod and edge; in prod and edge it is looked at whenever
 * there is one.
 */
export function checkPrivilege(
  worker: SnapshotWorker,
  required: readonly ControlId[],
  input: RouteInput,
  snapshot: Snapshot,
): PrivilegeCheck {
  const guarded = isGuarded(input.env);
  const byControl = (required as readonly string[]).includes(ENVELOPES_REQUIRED);
  if (!guarded && !byControl) return NOT_LOOKED_AT;

  const restricted = guarded && input.data_label === "RESTRICTED";
  const envelope = worker.privilegeEnvelope;
  if (envelope === null) return byControl || restricted ? noEnvelope(worker) : NOT_LOOKED_AT;

  const violations = violationsOf(envelope, snapshot.egressAllowlist[input.env] ?? [], restricted);
  if (violations.length === 0) return WITHIN;
  return {
    ok: false,
    refusal: {
      code: "DENY_PRIVILEGE_ENVELOPE_VIOLATED",
      details: { violations, worker_id: worker.workerId },
      because: `${worker.workerId} has ${shownList(violations)}.`,
    },
  };
}

function noEnvelope(worker: SnapshotWorker): PrivilegeCheck {
  return {
    ok: false,
    refusal: {
      code: "DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED",
      details: { worker_id: worker.workerId },
      because: `${worker.workerId} is enrolled without one.`,
    },
  };
}

/** The reasons in contract 2.5's words, sorted. The domains are the worker author's text. */
function violationsOf(
  envelope: PrivilegeEnvelope,
  allowed: readonly string[],
  restricted: boolean,
): string[] {
  const violations: string[] = [];
  if (envelope.network_egress === "unrestricted") violations.push("unrestricted_egress");
  for (const domain of envelope.egress?.allowlist ?? []) {
    if (allowed.length === 0) violations.push("egress_denied_no_allowlist_configured");
    else if (!allowed.includes(domain)) violations.push(`egress_not_allowlisted:${shown(domain)}`);
  }
  if (restricted && envelope.secrets_access.length > 0) violations.push("secrets_access");
  return inOrder(violations);
}
