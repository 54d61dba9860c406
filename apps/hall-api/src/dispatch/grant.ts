import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type Db, liveGrantKeys, storeGrantKey, withOperator } from "@guildhall/db";
import { HALL_CHAIN, HallError, instant } from "@guildhall/protocol";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";

/**
 * Grants: short-lived signed work orders for exactly one worker, one request and one attempt. The key lives
 * in this process alone, for at most a day, and is introduced by a sealed entry on the Hall's own chain
 * before it signs anything.
 */
export interface GrantIssuer {
  issue(grant: GrantClaims): Promise<string>;
  /** The public keys of every instance. */
  jwks(): Promise<JSONWebKeySet>;
  /** @throws HallError GRANT_INVALID */
  verify(jws: string): Promise<GrantClaims>;
}

export interface GrantClaims {
  jti: string;
  /** The dispatch, whose id is the decision's. */
  sub: string;
  /** The worker. */
  aud: string;
  tenant_id: string;
  capability_id: string;
  env: string;
  data_label: string;
  correlation_id: string;
  artifact_hash: string;
  worker_record_hash: string;
}

const GRANT_SECONDS = 60;
const KEY_MS = 24 * 3600 * 1000;
/** A new key takes over before the old one ends, so that no grant outlives its key. */
const KEY_RENEW_MS = 23 * 3600 * 1000;

interface Key {
  kid: string;
  privateKey: KeyObject;
  renewAtMs: number;
}

export async function createGrantIssuer(options: {
  db: Db;
  ledger: Ledger;
  clock: Clock;
  issuer: string;
}): Promise<GrantIssuer> {
  const { db, ledger, clock, issuer } = options;
  let current = await introduce();
  let renewing: Promise<Key> | null = null;

  async function introduce(): Promise<Key> {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x as string, "base64url");
    const nowMs = clock.now();
    const envelope = ledger.envelopeFor(HALL_CHAIN, { kind: "hall", id: "grant-issuer" }, nowMs);
    const kid = envelope.receipt_id;
    const [notBefore, notAfter] = [new Date(nowMs), new Date(nowMs + KEY_MS)];
    const act = await withOperator(db, async (tx) => {
      await storeGrantKey(tx, { kid, publicKey: raw, notBefore, notAfter });
      return ledger.append(
        tx,
        {
          ...envelope,
          kind: "key",
          action: "introduced",
          subject: kid,
          details: {
            role: "grant",
            algorithm: "ed25519",
            public_key: raw.toString("base64"),
            not_before: instant(nowMs),
            not_after: instant(nowMs + KEY_MS),
          },
        },
        nowMs,
      );
    });
    await ledger.sealed(act);
    return { kid, privateKey, renewAtMs: nowMs + KEY_RENEW_MS };
  }

  async function key(): Promise<Key> {
    if (clock.now() < current.renewAtMs) return current;
    renewing ??= introduce().finally(() => {
      renewing = null;
    });
    current = await renewing;
    return current;
  }

  async function jwks(): Promise<JSONWebKeySet> {
    const keys = await liveGrantKeys(db, new Date(clock.now()));
    return {
      keys: keys.map(({ kid, publicKey }) => ({
        kty: "OKP",
        crv: "Ed25519",
        alg: "EdDSA",
        use: "sig",
        kid,
        x: Buffer.from(publicKey).toString("base64url"),
      })),
    };
  }

  return {
    async issue({ jti, sub, aud, ...claims }) {
      const { kid, privateKey } = await key();
      const issuedAt = Math.floor(clock.now() / 1000);
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "EdDSA", kid, typ: "wcp-grant+jwt" })
        .setIssuer(issuer)
        .setSubject(sub)
        .setAudience(aud)
        .setJti(jti)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + GRANT_SECONDS)
        .sign(privateKey);
    },
    jwks,
    async verify(jws) {
      // Outside the try: a database that does not answer says nothing about the grant.
      const keys = createLocalJWKSet(await jwks());
      try {
        const { payload } = await jwtVerify(jws, keys, {
          algorithms: ["EdDSA"],
          issuer,
          typ: "wcp-grant+jwt",
          requiredClaims: ["jti", "sub", "aud", "exp"],
          currentDate: new Date(clock.now()),
        });
        return payload as unknown as GrantClaims;
      } catch (cause) {
        throw new HallError("GRANT_INVALID", { cause });
      }
    },
  };
}
