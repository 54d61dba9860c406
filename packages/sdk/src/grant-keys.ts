import { importJWK, type JWTVerifyGetKey } from "jose";
import { isObject, type JsonObject, type Transport } from "./transport.ts";
import { WorkRefusal } from "./work-refusal.ts";

/** How long a key is believed without asking again, so that one that was taken away is forgotten. */
const FRESH_MS = 5 * 60_000;
/** Strangers can send any `kid`; so many unknown ones still ask the Hall only once in this time. */
const PAUSE_MS = 1000;

/**
 * The public keys under which the Hall signs grants, from its JWKS. A Hall that has started anew signs with a
 * key nobody has seen: an unknown `kid` is therefore looked up, and those that wait share one look-up.
 */
export function grantKeys(transport: Transport): JWTVerifyGetKey {
  let known: ReadonlyMap<string, JsonObject> = new Map();
  let askedAt = Number.NEGATIVE_INFINITY;
  let next: Promise<void> | null = null;

  /** Ends after a look-up that began after the call. */
  function lookUp(): Promise<void> {
    next ??= (async () => {
      await pause(askedAt + PAUSE_MS - performance.now());
      askedAt = performance.now();
      next = null;
      known = await fetchKeys(transport);
    })();
    return next;
  }

  return async ({ kid = "" }) => {
    if (!known.has(kid) || performance.now() - askedAt > FRESH_MS) await lookUp();
    const jwk = known.get(kid);
    if (!jwk) throw new WorkRefusal("GRANT_INVALID");
    return importJWK(jwk, "EdDSA");
  };
}

/** Only keys of the one algorithm: whatever else stands in the set cannot verify anything here. */
async function fetchKeys(transport: Transport): Promise<Map<string, JsonObject>> {
  const { body } = await transport.send({ method: "GET", path: ".well-known/jwks.json" });
  const keys = Array.isArray(body.keys) ? body.keys.filter(isObject) : [];
  return new Map(
    keys
      .filter(({ kty, crv, x }) => kty === "OKP" && crv === "Ed25519" && typeof x === "string")
      .map(({ kid, x }) => [String(kid), { kty: "OKP", crv: "Ed25519", x: x as string }]),
  );
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
