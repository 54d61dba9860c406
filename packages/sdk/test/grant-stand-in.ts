import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { commit } from "@guildhall/attestation";
import { SignJWT } from "jose";
import type { Json } from "./hall-stand-in.ts";

/** Issues real grants and redeems each once, as a Hall does. */
export interface GrantOfficeStandIn {
  issue(request: Json, changes?: GrantChanges): Promise<Ordered>;
  /** As a Hall that has started anew: grants have a new key from now on. */
  startAnew(): void;
  keys(): Json[];
  redeem(text: string): { status: number; body: Json };
  redeemed: string[];
  /** Forgets what was redeemed, as no Hall may. */
  isForgetful: boolean;
}

/** What the Hall sends to a worker. */
export interface Ordered {
  grant: string;
  salt: string;
  request: Json;
}

export interface GrantChanges {
  claims?: { [claim: string]: unknown };
  header?: { [parameter: string]: unknown };
  key?: KeyObject;
  /** From now; negative for the past. */
  issuedInS?: number;
  lifetimeS?: number;
}

export async function openGrantOffice(origin: string): Promise<GrantOfficeStandIn> {
  const salt = Buffer.alloc(16, 9);
  const pairs: { kid: string; privateKey: KeyObject; x: string }[] = [];
  const office: GrantOfficeStandIn = {
    redeemed: [],
    isForgetful: false,
    startAnew() {
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      pairs.push({ kid: randomUUID(), privateKey, x: publicKey.export({ format: "jwk" }).x as string });
    },
    keys: () => pairs.map(({ kid, x }) => ({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x })),
    async issue(request, { claims, header, key, issuedInS = 0, lifetimeS = 60 } = {}) {
      const { kid, privateKey } = pairs.at(-1)!;
      const dispatchId = randomUUID();
      const issuedAt = Math.floor(Date.now() / 1000) + issuedInS;
      const payload = {
        iss: origin,
        aud: "org.acme.summarizer.i-1",
        sub: dispatchId,
        jti: `${dispatchId}.1`,
        iat: issuedAt,
        exp: issuedAt + lifetimeS,
        capability_id: "cap.doc.summarize",
        env: "prod",
        data_label: "INTERNAL",
        tenant_id: "tenant-1",
        correlation_id: "corr-1",
        artifact_hash: commit(request, salt),
        worker_record_hash: `sha256:${"b".repeat(64)}`,
        ...claims,
      };
      const grant = await new SignJWT(payload)
        .setProtectedHeader({ alg: "EdDSA", kid, typ: "wcp-grant+jwt", ...header })
        .sign(key ?? privateKey, { crit: { demand: true } });
      return { grant, salt: salt.toString("base64"), request };
    },
    redeem(text): { status: number; body: Json } {
      const { grant } = JSON.parse(text) as { grant: string };
      const { sub, jti } = JSON.parse(Buffer.from(grant.split(".")[1]!, "base64url").toString()) as {
        sub: string;
        jti: string;
      };
      if (office.redeemed.includes(jti) && !office.isForgetful)
        return {
          status: 409,
          body: { error: "The grant was already redeemed.", code: "GRANT_REDEEMED", remedy: "Stop." },
        };
      office.redeemed.push(jti);
      return {
        status: 200,
        body: { redeemed: true, dispatch_id: sub, redeemed_at: "2026-11-23T16:00:00.000Z" },
      };
    },
  };
  office.startAnew();
  return office;
}
