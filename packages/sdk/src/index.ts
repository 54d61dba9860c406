export type {
  Dispatch,
  DispatchAnswer,
  DispatchState,
  DispatchView,
  Enrolled,
  RouteAnswer,
  RouteRequest,
  Sealed,
  TransportSet,
  Verified,
} from "./answers.ts";
export type { Grant } from "./grant.ts";
export { type AskOptions, HallClient, type HallClientOptions } from "./hall-client.ts";
export {
  type AnswerVerdict,
  type Disagreement,
  HallClientError,
  type HallClientErrorCode,
} from "./hall-client-error.ts";
export { type Observation, observeLog, type SignedHead, type WatchedLog } from "./log-monitor.ts";
export type { CodeReport } from "./report-code.ts";
export type { ModelUsage } from "./work-answer.ts";
export { WorkDenied } from "./work-refusal.ts";
export {
  type Handler,
  type ServedWorker,
  serveWorker,
  type WorkContext,
  type WorkerEvent,
  type WorkerOptions,
} from "./worker.ts";
