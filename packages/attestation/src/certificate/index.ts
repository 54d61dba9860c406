export { type Authority, signAuthority } from "./authority.ts";
export { CertificateError, type CertificateErrorCode } from "./certificate-error.ts";
export {
  type Against,
  type CertificateFault,
  type CertificateVerdict,
  checkWorkerCertificate,
  type RevocationListFacts,
  readRevocationList,
} from "./check-certificate.ts";
export { signEvidenceCertificate } from "./evidence-certificate.ts";
export { type PemLabel, pemBlocks, pemText } from "./pem.ts";
export { type ReadCertificate, readWorkerCertificate } from "./read-certificate.ts";
export { type Revocation, type RevocationListContent, signRevocationList } from "./revocation-list.ts";
export { keyOfRecord, requestedKey, type SubjectKey } from "./subject-key.ts";
export { signWorkerCertificate, type WorkerCertification, workerUri } from "./worker-certificate.ts";
