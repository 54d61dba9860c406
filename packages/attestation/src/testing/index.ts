/** Fixtures for the tests of other packages. */

export { type FaultyCryptoki, faultyCryptoki } from "./faulty-cryptoki.ts";
export {
  buildLog,
  type MemoryLog,
  type MemoryLogOptions,
  readNodesOf,
  readTileOf,
  sampleBody,
  throwAwaySigner,
} from "./memory-log.ts";
export {
  SAMPLE_CHAIN,
  SAMPLE_HALL,
  sampleAct,
  sampleDecision,
  sampleOutcome,
  sampleReceiptId,
  sampleTime,
  type UnsequencedAct,
  type UnsequencedDecision,
  type UnsequencedOutcome,
} from "./sample-body.ts";
export { type SoftHsm, startSoftHsm } from "./softhsm.ts";
