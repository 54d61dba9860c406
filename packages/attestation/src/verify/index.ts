/** The verifier: no Node built-ins, no I/O, nothing of the signing side. It runs in a browser as it stands. */
export { type ChainVerdict, verifyChain } from "./chain.ts";
export { type CheckpointClaim, readCheckpoint } from "./checkpoint.ts";
export { CONSISTENCY_PROOF_MAX, checkConsistency, type TreeClaim } from "./consistency.ts";
export { type Cosignature, checkCosignatures, parseWitnessKey, witnessKeyHash } from "./cosignature.ts";
export {
  type EnvelopeCode,
  type EnvelopeTrust,
  type EnvelopeVerdict,
  envelopeKeyId,
  openEnvelope,
  preAuthEncoding,
} from "./dsse.ts";
export { type FeedRootCode, type FeedRootVerdict, readFeedRoot, verifyFeedRoot } from "./feed-root.ts";
export { FollowedLog } from "./followed-log.ts";
export { parseVerifierKey, publicKeyDer, type VerifierKey } from "./key.ts";
export { type KeyAttestationVerdict, verifyKeyAttestation } from "./key-attestation.ts";
export { type KeyHistoryVerdict, keyAt, type LogKey, verifyKeyHistory } from "./key-history.ts";
export { type LogVerdict, verifyLog } from "./log.ts";
export { type MeasurementVerdict, verifyMeasurement } from "./measurement.ts";
export { rootFromInclusion, rootFromLeaves } from "./merkle.ts";
export { checkMisbehaviour, type MisbehaviourVerdict } from "./misbehaviour.ts";
export { type OpenedNote, openNote, parseNote } from "./note.ts";
export {
  isLeftOut,
  matchPackageHash,
  PACKAGE_ORDERS,
  type PackageFile,
  type PackageOrder,
  packageHash,
} from "./package-hash.ts";
export {
  MANIFEST_CODES,
  type ManifestCode,
  type ManifestVerdict,
  manifestSignature,
  manifestText,
  readManifest,
  verifyManifest,
} from "./package-manifest.ts";
export { PackageError, type PackageErrorCode } from "./package-paths.ts";
export {
  type StatementCode,
  type StatementVerdict,
  verifyPackageStatement,
} from "./package-statement.ts";
export {
  type BadReceipt,
  CHECKS,
  type Check,
  type CheckName,
  type GoodReceipt,
  type Verdict,
  type VerifyOptions,
  verifySealedReceipt,
} from "./receipt.ts";
export { type ReceiptFile, receiptFiles } from "./receipt-files.ts";
export {
  type BadReference,
  References,
  type ReferenceVerdict,
  sentenceOf,
  verifyReferences,
} from "./references.ts";
export { type RegisteredKey, registeredKeys } from "./registered-keys.ts";
export type { ReadReceipt } from "./sealed-receipt.ts";
export { readSeam, rootsFromSeam } from "./seam.ts";
export {
  HASH_BYTES,
  parseTilePath,
  type ReadTile,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tileWidth,
} from "./tile.ts";
export { TileTree } from "./tile-tree.ts";
export { verifyUnderHistory, verifyUnderKeys } from "./under-history.ts";
export { type VerifyCode, VerifyError } from "./verify-error.ts";
export { type KnownWitnesses, readWitnesses, requireCosigned, type Witnesses } from "./witnesses.ts";
