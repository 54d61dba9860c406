import type {
  DataLabel,
  DecisionBody,
  DispatchEnd,
  Env,
  OutcomeBody,
  QosClass,
  Seal,
  Sha256Hex,
  StrictJson,
  TenantRisk,
} from "@guildhall/protocol";

/** What an agent asks for: RouteInput in WCP's own words (contract 2.1). */
export interface RouteRequest {
  capability_id: string;
  env: Env;
  data_label: DataLabel;
  tenant_risk: TenantRisk;
  qos_class: QosClass;
  /** A signatory identity that the key is bound to. */
  tenant_id: string;
  correlation_id: string;
  /** The payload for the worker. */
  request?: { [key: string]: unknown };
  blast_radius?: { [key: string]: unknown } | null;
  blast_score?: number | null;
  privilege_context?: { [key: string]: unknown } | null;
  dry_run?: boolean;
  tenant_credential?: string | null;
  policy_version?: string;
}

/** A receipt whose seal was verified, as it was read from the very bytes that were. */
export type Verified<Body> = Body & { receipt_hash: Sha256Hex; signature: string | null };

export interface Sealed<Body> {
  receipt: Verified<Body>;
  seal: Seal;
}

/**
 * A decision in WCP's words (contract 2.2). The fields that are named here were compared with the receipt;
 * what else the Hall answers (telemetry, warnings) stands beside them and is its word alone.
 */
export interface RouteAnswer extends Sealed<DecisionBody> {
  decision_id: string;
  denied: boolean;
  deny_reason_if_denied: { code: string; [detail: string]: StrictJson | undefined } | null;
  capability_id: string | null;
  correlation_id: string | null;
  tenant_id: string | null;
  selected_worker_id: string | null;
  selected_worker_species_id: string | null;
  matched_rule_id: string;
  [field: string]: unknown;
}

export type DispatchState = "waiting" | "running" | DispatchEnd;

/** How a dispatch stands. */
export interface Dispatch {
  /** The decision's id. */
  id: string;
  state: DispatchState;
  attempts: number;
  /** Why it did not succeed; null while it runs or where it did. */
  reason: string | null;
  [field: string]: StrictJson | undefined;
}

export interface DispatchView {
  dispatch: Dispatch;
  /** What the worker answered; null until then, and after its payload was erased. */
  result: StrictJson;
  /** The second receipt, which closes the first; null while the work goes on. */
  outcome_receipt: Sealed<OutcomeBody> | null;
}

/** A decision and what became of it. `dispatch` is null where nothing was started. */
export interface DispatchAnswer extends RouteAnswer {
  dispatch: Dispatch | null;
  result: StrictJson;
  outcome_receipt: Sealed<OutcomeBody> | null;
}

export interface Enrolled {
  enrolled: true;
  worker_id: string;
  [field: string]: StrictJson | undefined;
}

export interface TransportSet {
  worker_id: string;
  version: number;
  digest: string;
}
