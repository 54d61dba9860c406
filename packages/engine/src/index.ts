export { type CompiledCandidate, type CompiledRule, compile, type Program } from "./compile.ts";
export { decide, type RouteRequest } from "./decide.ts";
export { type ExplainedStep, explain } from "./explain.ts";
export { matchRule } from "./match-rule.ts";
export { sanitise } from "./sanitise.ts";
export { BLAST_GATE } from "./score-blast.ts";
export {
  dimensionSum,
  type Snapshot,
  type SnapshotWorker,
  snapshotWorker,
} from "./snapshot.ts";
export { type TelemetryEvent, telemetryOf } from "./telemetry.ts";
