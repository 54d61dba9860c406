import * as oauth from "oauth4webapi";
import type { Outbound } from "../outbound.ts";
import { type Person, readPerson, SKEW_SECONDS } from "./person.ts";
import { namingStep, ProviderError } from "./provider-error.ts";

/**
 * A tenant's OpenID provider, asked anew at each sign-in: what it says of itself and its keys are never older than that,
 * so a key that it rotates out is out. Everything goes through the one door outwards.
 */
export interface Provider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

/** What was made for one sign-in and has to come back with it. */
export interface Proofs {
  state: string;
  nonce: string;
  verifier: string;
}

export interface ProviderClient {
  /** Reads what a provider says of itself. @throws ProviderError */
  discover(issuer: string): Promise<oauth.AuthorizationServer>;
  /** Where to send the browser. @throws ProviderError */
  authorizationUrl(provider: Provider, proofs: Proofs, loginHint: string | null): Promise<string>;
  /** Takes what the browser brought back to the provider. @throws ProviderError */
  redeem(provider: Provider, proofs: Proofs, answer: URLSearchParams): Promise<Person>;
}

export interface ProviderOptions {
  outbound: Outbound;
  now: () => number;
  /** Plain http on loopback, for development and tests. */
  allowLoopback: boolean;
}

/** What a document, a token answer, or a set of keys may weigh. */
export const PROVIDER_ANSWER_MAX_BYTES = 131_072;
/** Somebody who showed the provider who they are longer ago is asked there again. */
export const MAX_AGE_SECONDS = 300;
const TIMEOUT_MS = 5000;

/** Signatures that only the provider can make. None and HMAC are not among them: whoever knows the secret could sign. */
const ALGORITHMS: ReadonlySet<string> = new Set(
  "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" "),
);

export function createProviderClient({ outbound, now, allowLoopback }: ProviderOptions): ProviderClient {
  const options = () => ({
    [oauth.customFetch]: async (
      url: string,
      { method, headers, body }: oauth.CustomFetchOptions<string, oauth.ProtectedResourceRequestBody>,
    ) => {
      requireAllowed(url, allowLoopback);
      const answer = await outbound.exchange(url, {
        method: method === "POST" ? "POST" : "GET",
        headers,
        body: body === undefined || body === null ? null : String(body),
        timeoutMs: TIMEOUT_MS,
      });
      const isEmpty = answer.status === 204 || answer.status === 304;
      return new Response(isEmpty ? null : answer.body, { status: answer.status, headers: answer.headers });
    },
    // Which addresses may be plain http is asked above, of each of them.
    [oauth.allowInsecureRequests]: true,
  });

  async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
    requireAllowed(issuer, allowLoopback);
    const url = new URL(issuer);
    return namingStep("discovery", async () => {
      const answer = await oauth.discoveryRequest(url, { algorithm: "oidc", ...options() });
      const server = await oauth.processDiscoveryResponse(url, answer);
      for (const endpoint of ["authorization_endpoint", "token_endpoint", "jwks_uri"] as const) {
        const at = server[endpoint];
        if (typeof at !== "string") throw new ProviderError("discovery", `it names no ${endpoint}`);
        requireAllowed(at, allowLoopback);
      }
      return server;
    });
  }

  return {
    discover,
    async authorizationUrl({ issuer, clientId, redirectUri }, { state, nonce, verifier }, loginHint) {
      const server = await discover(issuer);
      const url = new URL(server.authorization_endpoint as string);
      const parameters = {
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: "openid email profile",
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        max_age: String(MAX_AGE_SECONDS),
        ...(loginHint !== null && { login_hint: loginHint }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    async redeem({ issuer, clientId, clientSecret, redirectUri }, { state, nonce, verifier }, answer) {
      const server = await discover(issuer);
      const client: oauth.Client = {
        client_id: clientId,
        // The Hall's clock, which is the database's.
        [oauth.clockSkew]: Math.round((now() - Date.now()) / 1000),
        [oauth.clockTolerance]: SKEW_SECONDS,
      };
      // State, and who answers where the provider says so (RFC 9207).
      const parameters = await namingStep("answer", async () =>
        oauth.validateAuthResponse(server, client, answer, state),
      );
      const tokens = await namingStep("token", async () =>
        oauth.authorizationCodeGrantRequest(
          server,
          client,
          clientAuth(server, clientSecret),
          parameters,
          redirectUri,
          verifier,
          options(),
        ),
      );
      const { claims, accessToken } = await namingStep("id_token", async () => {
        await requireSigned(tokens);
        const read = await oauth.processAuthorizationCodeResponse(server, client, tokens, {
          expectedNonce: nonce,
          requireIdToken: true,
        });
        await oauth.validateApplicationLevelSignature(server, tokens, options());
        return {
          claims: oauth.getValidatedIdTokenClaims(read) as oauth.IDToken,
          accessToken: read.access_token,
        };
      });
      const { sub, email } = claims;
      // A provider that keeps to the letter gives the e-mail there alone (OpenID Connect Core 1.0, 5.4).
      const more =
        email !== undefined || server.userinfo_endpoint === undefined
          ? {}
          : await namingStep("userinfo", async () =>
              oauth.processUserInfoResponse(
                server,
                client,
                sub,
                await oauth.userInfoRequest(server, client, accessToken, options()),
              ),
            );
      return readPerson({ issuer, clientId, claims: { ...more, ...claims }, nowMs: now() });
    },
  };
}

/** https, or a plain address on this machine where the setting says so. @throws ProviderError */
export function requireAllowed(text: string, allowLoopback: boolean): void {
  const url = URL.parse(text);
  const isLocal = url !== null && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const isAllowed = url?.protocol === "https:" || (url?.protocol === "http:" && isLocal && allowLoopback);
  if (!isAllowed || url.username !== "" || url.password !== "")
    throw new ProviderError("address", "an address of it is not https");
}

function clientAuth(server: oauth.AuthorizationServer, secret: string): oauth.ClientAuth {
  // Basic is what a provider takes that names nothing (OpenID Connect Discovery 1.0, 3).
  const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  if (methods.includes("client_secret_basic")) return oauth.ClientSecretBasic(secret);
  if (methods.includes("client_secret_post")) return oauth.ClientSecretPost(secret);
  throw new ProviderError("discovery", "it takes neither client_secret_basic nor client_secret_post");
}

/** Read before anything is believed of it: which algorithm signs is not the token's to choose. */
async function requireSigned(tokens: Response): Promise<void> {
  const body: unknown = await tokens
    .clone()
    .json()
    .catch(() => null); // the library says next what is wrong with it
  const token = typeof body === "object" && body !== null && "id_token" in body ? body.id_token : null;
  if (typeof token !== "string") return;
  const header: unknown = JSON.parse(Buffer.from(token.split(".", 1)[0] ?? "", "base64url").toString());
  const alg = typeof header === "object" && header !== null && "alg" in header ? header.alg : null;
  if (typeof alg !== "string" || !ALGORITHMS.has(alg))
    throw new ProviderError("id_token", "it is signed by no algorithm that is taken here");
}
