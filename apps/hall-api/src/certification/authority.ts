import { documentDigest, type Signer, SignerError } from "@guildhall/attestation";
import {
  type Authority,
  signAuthority,
  signRevocationList,
  signWorkerCertificate,
  type WorkerCertification,
} from "@guildhall/attestation/certificate";
import {
  type Db,
  listAuthorities,
  newestRevocationList,
  type RevokedCertificate,
  revokedCertificates,
  type StoredAuthority,
  type StoredRevocationList,
  storeAuthority,
  storeRevocationList,
  withOperator,
} from "@guildhall/db";
import { HALL_CHAIN, HallError, instant } from "@guildhall/protocol";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** The Hall's certificate authority: who is certified is an officer's to say, this signs it. */
export interface CertificateAuthority {
  keyId: string;
  /** After this nothing that it signs counts. */
  endsAt: Date;
  /** @returns DER */
  certify(certification: Omit<WorkerCertification, "listUrl">): Promise<Uint8Array>;
  /** The Hall's own certificates, newest first: of earlier keys too. */
  certificates(): Promise<StoredAuthority[]>;
  /** The newest revocation list of this key, made now where it is due; of an earlier key the last that there was. */
  revocationList(keyId?: string): Promise<StoredRevocationList | null>;
}

const AUTHORITY_MS = 3650 * 24 * 3600 * 1000;
/** A clock that is a little behind does not refuse what was signed just now. */
export const BACKDATED_MS = 60_000;
/** How long a revocation list counts. Another is signed with every revocation, and when half of this has passed. */
const LIST_MS = 24 * 3600 * 1000;

export async function openAuthority(options: {
  db: Db;
  ledger: Ledger;
  clock: Clock;
  signer: Signer;
  origin: string;
  /** Where this Hall is reached. */
  url: string;
}): Promise<CertificateAuthority> {
  const { db, ledger, clock, signer, origin, url } = options;
  const own = await introduced();
  const authority: Authority = { signer, certificate: own.der };

  /** The certificate of this key: made, entered on the Hall's own chain and stored on the first start with it. */
  async function introduced(): Promise<StoredAuthority> {
    const known = await find();
    if (known) return known;
    const nowMs = clock.now();
    const validity = { notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs + AUTHORITY_MS) };
    const der = await signed(() => signAuthority(signer, { origin, ...validity }));
    const envelope = ledger.envelopeFor(HALL_CHAIN, { kind: "hall", id: "authority" }, nowMs);
    const act = await withOperator(db, async (tx) => {
      const row = { keyId: signer.keyId, der, ...validity, receiptId: envelope.receipt_id };
      // Another instance that was first has entered it.
      if (!(await storeAuthority(tx, row))) return null;
      const details = {
        digest: documentDigest(Buffer.from(der).toString("base64")),
        not_before: instant(validity.notBefore.getTime()),
        not_after: instant(validity.notAfter.getTime()),
        module: signer.module,
      };
      const entry = {
        kind: "certification",
        action: "authority_introduced",
        subject: signer.keyId,
        details,
      } as const;
      return ledger.append(tx, { ...envelope, ...entry }, nowMs);
    });
    if (act) await ledger.sealed(act);
    return (await find())!;
  }

  async function find(): Promise<StoredAuthority | undefined> {
    return (await listAuthorities(db)).find(({ keyId }) => keyId === signer.keyId);
  }

  async function currentList(): Promise<StoredRevocationList> {
    for (;;) {
      const nowMs = clock.now();
      // RFC 5280 (3.3): one that has expired stands in one more list.
      const revoked = await revokedCertificates(db, signer.keyId, new Date(nowMs - 2 * LIST_MS));
      const contentDigest = digestOf(revoked);
      const newest = await newestRevocationList(db, signer.keyId);
      const isFresh = newest !== null && newest.nextUpdate.getTime() - nowMs > LIST_MS / 2;
      if (isFresh && newest.contentDigest === contentDigest) return newest;
      const [thisUpdate, nextUpdate] = [new Date(nowMs - BACKDATED_MS), new Date(nowMs + LIST_MS)];
      const content = { number: (newest?.number ?? 0) + 1, thisUpdate, nextUpdate };
      const entries = revoked.map(({ id, revokedAt, reason }) => ({
        certificateId: id,
        at: revokedAt,
        reason,
      }));
      const der = await signed(() => signRevocationList(authority, { ...content, revoked: entries }));
      const list = { authorityKeyId: signer.keyId, contentDigest, der, ...content };
      // Where the number was taken another instance was first: its list may hold what this one does.
      if (await withOperator(db, (tx) => storeRevocationList(tx, list))) return list;
    }
  }

  return {
    keyId: signer.keyId,
    endsAt: own.notAfter,
    certify: (certification) =>
      signed(() =>
        signWorkerCertificate(authority, { ...certification, listUrl: listUrl(url, signer.keyId) }),
      ),
    certificates: () => listAuthorities(db),
    revocationList: (keyId = signer.keyId) =>
      keyId === signer.keyId ? currentList() : newestRevocationList(db, keyId),
  };
}

/** The path names the key, so that certificates of an earlier key go on naming its own list. */
function listUrl(url: string, keyId: string): string {
  return `${url.replace(/\/$/, "")}/.well-known/hall-ca.crl?authority=${keyId}`;
}

function digestOf(revoked: readonly RevokedCertificate[]): string {
  return documentDigest(
    revoked.map(({ id, revokedAt, reason }) => [id, instant(revokedAt.getTime()), reason]),
  );
}

async function signed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SignerError) throw new HallError("SIGNER_UNAVAILABLE", { cause });
    throw cause;
  }
}
