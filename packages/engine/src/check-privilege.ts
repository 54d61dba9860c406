import type { ControlId, Env, PrivilegeEnvelope } from "@guildhall/protocol";
import { inOrder } from "./check-controls.ts";
import { egressWithin, type Floors } from "./floors.ts";
import { isGuarded } from "./guarded-env.ts";
import type { Refusal } from "./refusal.ts";
import { shown, shownList } from "./sanitise.ts";
import type { Snapshot, SnapshotWorker } from "./snapshot.ts";

/** In canonical form: the published texts also spell it with underscores, and ids are compared canonically. */
const ENVELOPES_REQUIRED = "ctrl.privilege-envelopes-required";

export interface PrivilegeCheck {
  /** Null where there is no envelope and none is needed. */
  readonly ok: boolean | null;
  readonly refusal: Refusal | null;
}

const NONE_NEEDED: PrivilegeCheck = { ok: null, refusal: null };
const WITHIN: PrivilegeCheck = { ok: true, refusal: null };

/**
 * Holds what the worker may touch against what environment, label and profiles allow. An envelope is looked at in
 * every environment; it must exist where the control, the platform or a profile asks for one.
 */
export function checkPrivilege(
  worker: SnapshotWorker,
  required: readonly ControlId[],
  env: Env,
  floors: Floors,
  snapshot: Snapshot,
): PrivilegeCheck {
  const byControl = (required as readonly string[]).includes(ENVELOPES_REQUIRED);
  const envelope = worker.privilegeEnvelope;
  if (envelope === null) return byControl || floors.envelopeRequired ? noEnvelope(worker) : NONE_NEEDED;

  const allowed = snapshot.egressAllowlist[env];
  // Where nothing is guarded and nobody made a list, domains are the worker's own business.
  const listed = isGuarded(env) || byControl || allowed.length > 0;
  const violations = violationsOf(envelope, listed ? allowed : null, byControl, floors);
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

/**
 * The reasons in contract 2.5's words and ours, sorted. Domains, paths and tools are the worker author's text.
 * @param allowed the domains that may be reached; null where they are not looked at
 */
function violationsOf(
  envelope: PrivilegeEnvelope,
  allowed: readonly string[] | null,
  byControl: boolean,
  floors: Floors,
): string[] {
  const violations: string[] = [];
  const { network_egress: egress } = envelope;
  // The control forbids what is unbounded, whatever the environment allows.
  if (
    !egressWithin(egress, byControl ? "allowlisted" : "unrestricted") ||
    !egressWithin(egress, floors.egress)
  )
    violations.push(egress === "unrestricted" ? "unrestricted_egress" : `egress_not_allowed:${egress}`);
  for (const domain of envelope.egress?.allowlist ?? []) {
    if (floors.egress === "none") violations.push(`egress_not_allowed:${shown(domain)}`);
    else if (allowed === null) continue;
    else if (allowed.length === 0) violations.push("egress_denied_no_allowlist_configured");
    else if (!allowed.includes(domain)) violations.push(`egress_not_allowlisted:${shown(domain)}`);
  }
  if (!floors.secretsAllowed && envelope.secrets_access.length > 0) violations.push("secrets_access");
  for (const path of envelope.filesystem_writes)
    if (!floors.writes.every((prefixes) => prefixes.some((prefix) => isWithin(path, prefix))))
      violations.push(`filesystem_write_not_allowed:${shown(path)}`);
  for (const tool of envelope.tools)
    if (!floors.tools.every((tools) => tools.includes(tool)))
      violations.push(`tool_not_allowed:${shown(tool)}`);
  return inOrder(violations);
}

/** True where the path is the prefix or lies below it. A path with `..` lies nowhere. */
function isWithin(path: string, prefix: string): boolean {
  if (path.split("/").includes("..")) return false;
  const folder = prefix.endsWith("/") ? prefix : `${prefix}/`;
  return `${path}/`.startsWith(folder);
}
