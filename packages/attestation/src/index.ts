export { BodyFold, bodyProblem } from "./bulk/body-lines.ts";
export { ChainLines, type LinkFault } from "./bulk/chain-lines.ts";
export { type LineVerdict, ReceiptLines } from "./bulk/receipt-lines.ts";
export { documentDigest, textDigest } from "./document-digest.ts";
export {
  checkpointText,
  signCheckpoint,
  type TreeHead,
  verifierKey,
} from "./log/checkpoint.ts";
export { consistencyProof } from "./log/consistency.ts";
export {
  type Appended,
  appendLeaves,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  rootOf,
  type StoredNode,
} from "./log/frontier.ts";
export { batchProofs, inclusionProof } from "./log/inclusion.ts";
export { emptyRoot, leafHash, nodeHash } from "./log/merkle.ts";
export { frontierAt, type ReadNodes } from "./log/stored-tree.ts";
export { buildManifest, type PackageFacts } from "./package/build-manifest.ts";
export { type ReadPackage, readPackage } from "./package/read-package.ts";
export { signEnvelope, signMeasurement, signPackageStatement } from "./package/sign-envelope.ts";
export {
  type Place,
  type PreparedBody,
  prepareBody,
  type SequencedBody,
  sequenceBody,
  sequencePrepared,
} from "./receipt/body.ts";
export { commit, commitText, newSalt } from "./receipt/commitment.ts";
export { newReceiptId } from "./receipt/receipt-id.ts";
export { signReceipt } from "./receipt/sign.ts";
export { recordHash } from "./record-hash.ts";
export { modulePath } from "./signer/module-paths.ts";
export { readPin, type Terminal } from "./signer/pin.ts";
export { type Pkcs11Uri, parsePkcs11Uri } from "./signer/pkcs11-uri.ts";
export { keyIdOfSpki } from "./signer/public-key.ts";
export { signFeedRoot, signKeyAttestation } from "./signer/sign-key-statement.ts";
export {
  type Ed25519Signer,
  KEY_ALGORITHMS,
  type KeyAlgorithm,
  type Signer,
  SignerError,
  type SignerErrorCode,
} from "./signer/signer.ts";
export { openSoftwareKey, openSoftwareSigner } from "./signer/software.ts";
export {
  keyPin,
  type NewTokenKey,
  openToken,
  openTokenSigner,
  type PinnedKey,
  type Token,
  type TokenOptions,
  type TokenState,
} from "./signer/token.ts";
export type { TokenKey } from "./signer/token-context.ts";
export { verifiedSigner } from "./signer/verified.ts";
export * from "./verify/index.ts";
export {
  addCheckpoint,
  type Witness,
  type WitnessAnswer,
  type WitnessedHead,
} from "./witness/add-checkpoint.ts";
export { cosign, witnessKey } from "./witness/cosign.ts";
