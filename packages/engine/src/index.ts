export {
  type CompiledPolicy,
  compilePolicies,
} from "./apply-policy.ts";
export { BundleError, type BundleProblem } from "./bundle-error.ts";
export { type KeyBounds, recordedKey } from "./check-key.ts";
export { type Difference, firstDifference, sameVerdict, type Verdict, verdictOf } from "./compare.ts";
export {
  type CompiledCandidate,
  type CompiledRule,
  compile,
  type Program,
  type Shadowed,
} from "./compile.ts";
export {
  COMPLIANCE_LEVELS,
  type Compliance,
  type ComplianceLevel,
  complianceLevel,
} from "./compliance-level.ts";
export { decide, type RouteRequest } from "./decide.ts";
export { EXAMINED, type Examination, type Examined, examineWorker } from "./examine-worker.ts";
export { type ExplainedStep, explain } from "./explain.ts";
export { POLICY_VARIABLES } from "./policy-variables.ts";
export { BUNDLE_MAX_BYTES, type BundleReading, readBundle } from "./read-bundle.ts";
export { type Gap, type Replay, type ReplayMaterial, replay, requestOf } from "./replay.ts";
export {
  type BundleFinding,
  type FindingKind,
  type Fleet,
  reviewBundle,
  type Severity,
} from "./review-bundle.ts";
export { sanitise } from "./sanitise.ts";
export { type RecordedRequest, type SimulatedChange, type Simulation, simulate } from "./simulate.ts";
export {
  dimensionSum,
  hasQuota,
  type Snapshot,
  type SnapshotAgreement,
  type SnapshotAttestation,
  type SnapshotCertificate,
  type SnapshotProfile,
  type SnapshotWorker,
  snapshotAgreement,
  snapshotWorker,
  type TenantStatus,
  type WorkerPool,
} from "./snapshot.ts";
export { type TelemetryEvent, telemetryOf } from "./telemetry.ts";
export { runPolicyTests } from "./test-policies.ts";
