import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";

/**
 * An OpenID provider that says whatever a test has it say: the well-kept one beside it refuses to. Until it is told
 * otherwise it says what is right.
 */
export interface ForgingProvider {
  issuer: string;
  /** Whom it vouches for next. */
  person: { sub: string; email?: string; email_verified?: unknown; name?: string; [claim: string]: unknown };
  /** What the next token says otherwise; undefined leaves a claim out. */
  claims: { [claim: string]: unknown };
  signs: "with its key" | "with a key that it does not show" | "with nothing" | "with the client's secret";
  /** What its discovery document says otherwise. */
  discovery: { [field: string]: unknown };
  serves: "as it should" | "too much" | "rubbish" | "a redirect" | "nothing";
  /** What it was asked for at its token endpoint. */
  redeemed: { authorization: string; form: URLSearchParams }[];
  rotateKey(): Promise<void>;
  /** Plays the browser that is sent there: what it brings back. */
  answerTo(url: string): string;
  /** Everything as it was at first. */
  behave(): void;
  close(): Promise<void>;
}

export const CLIENT = { id: "guildhall", secret: "a secret/of the+client: 100%" };

export async function startForgingProvider(): Promise<ForgingProvider> {
  let key = await newKey();
  const hidden = await newKey();
  const codes = new Map<string, { nonce: string; clientId: string }>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { pathname } = new URL(request.url ?? "/", provider.issuer);
      void answer(pathname, request.headers.authorization ?? "", Buffer.concat(chunks).toString()).then(
        (body) => {
          if (provider.serves === "nothing") return;
          if (provider.serves === "a redirect")
            response.writeHead(302, { location: `${provider.issuer}/elsewhere` });
          else response.writeHead(200, { "content-type": "application/json" });
          response.end(provider.serves === "rubbish" ? "<html>" : JSON.stringify(body));
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const right = () => ({
    person: { sub: randomUUID() },
    claims: {},
    discovery: {},
    signs: "with its key" as const,
    serves: "as it should" as const,
  });
  const provider: ForgingProvider = {
    issuer,
    ...right(),
    redeemed: [],
    async rotateKey() {
      key = await newKey();
    },
    answerTo(url) {
      const { searchParams } = new URL(url);
      const code = randomUUID();
      codes.set(code, {
        nonce: searchParams.get("nonce") ?? "",
        clientId: searchParams.get("client_id") ?? "",
      });
      return new URLSearchParams({ code, state: searchParams.get("state") ?? "", iss: issuer }).toString();
    },
    behave: () => void Object.assign(provider, right()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(path: string, authorization: string, body: string): Promise<object> {
    if (path === "/jwks") return { keys: [key.jwk] };
    if (path === "/token") {
      const form = new URLSearchParams(body);
      provider.redeemed.push({ authorization, form });
      const { nonce, clientId } = codes.get(form.get("code") ?? "") ?? { nonce: "", clientId: CLIENT.id };
      return {
        access_token: randomUUID(),
        token_type: "Bearer",
        id_token: await token({ nonce, aud: clientId, ...provider.person, ...provider.claims }),
      };
    }
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ["RS256", "ES256", "HS256", "none"],
      ...provider.discovery,
      ...(provider.serves === "too much" && { padding: "x".repeat(200_000) }),
    };
  }

  function token(claims: JWTPayload): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: issuer, iat: now, exp: now + 300, auth_time: now, ...claims };
    if (provider.signs === "with nothing") return Promise.resolve(new UnsecuredJWT(payload).encode());
    if (provider.signs === "with the client's secret")
      return new SignJWT(payload)
        .setProtectedHeader({ alg: "HS256", kid: key.jwk.kid })
        .sign(Buffer.from(CLIENT.secret.padEnd(32)));
    const { privateKey } = provider.signs === "with its key" ? key : hidden;
    return new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid: key.jwk.kid }).sign(privateKey);
  }

  return provider;
}

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk: { ...jwk, kid: await calculateJwkThumbprint(jwk), use: "sig", alg: "ES256" } };
}
