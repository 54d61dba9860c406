import { errors, type JWTPayload, jwtVerify } from "jose";
import { grantKeys } from "./grant-keys.ts";
import { HallClientError } from "./hall-client-error.ts";
import type { Transport } from "./transport.ts";
import { WorkRefusal } from "./work-refusal.ts";

/** A work order: this worker may do this one request, once, before it expires. */
export interface Grant {
  /** `jti`: one attempt of one dispatch. */
  id: string;
  dispatchId: string;
  workerId: string;
  capability: string;
  env: string;
  dataLabel: string;
  tenantId: string;
  correlationId: string;
  /** Salted commitment to the request. */
  artifactHash: string;
  workerRecordHash: string;
}

export interface GrantOffice {
  /** @throws WorkRefusal; what it returns is genuine, in time and for this worker */
  verify(jws: string): Promise<Grant>;
  /** Spends the grant at the Hall, which alone knows whether another replica was first. */
  redeem(jws: string, grant: Grant): Promise<{ redeemedAt: string }>;
}

const LIFETIME_S = 60;
/** Two clocks that follow NTP differ by less. */
const SKEW_S = 5;

/** @param origin the Hall's origin, `iss` of its grants; null to ask the Hall once and believe it */
export function grantOffice(transport: Transport, workerId: string, origin: string | null): GrantOffice {
  const keys = grantKeys(transport);
  let issuer: Promise<string> | null = origin === null ? null : Promise.resolve(origin);

  function knownIssuer(): Promise<string> {
    issuer ??= fetchOrigin(transport).catch((error: unknown) => {
      issuer = null;
      throw error;
    });
    return issuer;
  }

  return {
    async verify(jws) {
      const payload = await verifyJws(jws, keys, knownIssuer);
      const grant = readGrant(payload);
      // Compared whole: a list of audiences would be a grant for several workers.
      if (payload.aud !== workerId) throw new WorkRefusal("GRANT_FOR_ANOTHER");
      return grant;
    },

    async redeem(jws, grant) {
      const { body } = await transport
        .send({ method: "POST", path: "wcp/grants/redeem", body: JSON.stringify({ grant: jws }) })
        .catch((error: unknown) => {
          throw redemptionRefused(error);
        });
      const { redeemed, dispatch_id, redeemed_at } = body;
      if (redeemed !== true || dispatch_id !== grant.dispatchId) throw new WorkRefusal("HALL_UNAVAILABLE");
      return { redeemedAt: String(redeemed_at) };
    },
  };
}

async function verifyJws(
  jws: string,
  keys: ReturnType<typeof grantKeys>,
  issuer: () => Promise<string>,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(jws, keys, {
      // Pinned here and by the kind of key: the token's own header chooses nothing.
      algorithms: ["EdDSA"],
      typ: "wcp-grant+jwt",
      issuer: await issuer(),
      clockTolerance: SKEW_S,
      maxTokenAge: LIFETIME_S,
    });
    return payload;
  } catch (cause) {
    if (cause instanceof WorkRefusal) throw cause;
    if (cause instanceof HallClientError) throw new WorkRefusal("HALL_UNAVAILABLE", { cause });
    if (cause instanceof errors.JWTExpired) throw new WorkRefusal("GRANT_EXPIRED", { cause });
    if (cause instanceof errors.JOSEError) throw new WorkRefusal("GRANT_INVALID", { cause });
    throw cause;
  }
}

function readGrant(payload: JWTPayload): Grant {
  const text = (claim: string) => {
    const value = payload[claim];
    if (typeof value !== "string") throw new WorkRefusal("GRANT_INVALID");
    return value;
  };
  // jose has checked iat, which maxTokenAge asks for; a grant without exp would live for ever.
  const { exp = Number.POSITIVE_INFINITY, iat = 0 } = payload;
  if (exp - iat > LIFETIME_S) throw new WorkRefusal("GRANT_INVALID");
  return {
    id: text("jti"),
    dispatchId: text("sub"),
    workerId: text("aud"),
    capability: text("capability_id"),
    env: text("env"),
    dataLabel: text("data_label"),
    tenantId: text("tenant_id"),
    correlationId: text("correlation_id"),
    artifactHash: text("artifact_hash"),
    workerRecordHash: text("worker_record_hash"),
  };
}

async function fetchOrigin(transport: Transport): Promise<string> {
  const { body } = await transport.send({ method: "GET", path: ".well-known/hall.json" });
  if (typeof body.origin !== "string" || body.origin === "") throw new WorkRefusal("HALL_UNAVAILABLE");
  return body.origin;
}

function redemptionRefused(error: unknown): unknown {
  if (!(error instanceof HallClientError)) return error;
  switch (error.code) {
    case "GRANT_REDEEMED":
      return new WorkRefusal("GRANT_REDEEMED", { cause: error });
    case "GRANT_INVALID":
      return new WorkRefusal("GRANT_INVALID", { cause: error });
    default:
      return new WorkRefusal("HALL_UNAVAILABLE", { cause: error });
  }
}
