/**
 * Our arc: 2.25 and a UUID as one number (X.667), here f6377041-6cf8-4b4c-b0d8-fc346f470cd3. Nobody registers it and nobody
 * else has it. What was issued names these for ever: append only.
 */
const ARC = "2.25.327277940103739442924326812530273357011";

/** Extension of a worker's certificate: UTF8String, the canonical JSON of its `CertificationStatement`. */
export const WORKER_CERTIFICATION = `${ARC}.1`;

/** Extended key usage of a certificate whose key nobody holds: good for nothing but to be read. */
export const RECORD_ONLY = `${ARC}.2`;

export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
export const COMMON_NAME = "2.5.4.3";
export const ORGANIZATION = "2.5.4.10";
export const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
export const ED25519 = "1.3.101.112";
export const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
