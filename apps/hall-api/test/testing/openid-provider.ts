import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { type Configuration } from "oidc-provider";

/** A real OpenID provider on loopback, in which somebody signs in by their name alone. */
export interface OpenIdProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Whom it knows, by the name that they type there; it is their subject too. */
  people: Map<string, { email: string; email_verified: boolean; name: string }>;
  /** Goes there as a browser does, and signs in. @returns what it is sent back with */
  walk(url: string, login: string): Promise<string>;
  close(): Promise<void>;
}

export async function startOpenIdProvider(redirectUris: string[]): Promise<OpenIdProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const address = server.address();
  const issuer = `http://localhost:${typeof address === "object" ? address?.port : ""}`;
  const people: OpenIdProvider["people"] = new Map();
  const [clientId, clientSecret] = ["guildhall", "a secret of the tests: 100%/+"];
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const client = { client_id: clientId, client_secret: clientSecret, redirect_uris: redirectUris };
  const provider = new Provider(issuer, {
    ...{
      clients: [client],
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig" }] },
    },
    ...{ cookies: { keys: ["a secret of the tests"] }, pkce: { required: () => true } },
    claims: { email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
    // Nobody is asked what they consent to.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? "",
        accountId: oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  } satisfies Configuration);
  const standard = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return void standard(request, response);
    if (request.method === "GET") return showForm(response);
    void readBody(request).then((body) => {
      const accountId = new URLSearchParams(body).get("login") ?? "";
      return provider.interactionFinished(request, response, { login: { accountId } });
    });
  });
  return {
    ...{ issuer, clientId, clientSecret, people },
    walk: (url, login) => walk(url, login, redirectUris),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function showForm(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><html lang="en"><title>Provider</title><h1>The provider</h1>
    <form method="post"><label>Login <input name="login"></label> <button>Sign in there</button></form>`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function walk(url: string, login: string, redirectUris: string[]): Promise<string> {
  const cookies = new Map<string, string>();
  let next: { url: string; init: RequestInit } = { url, init: {} };
  for (let step = 0; step < 10; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(next.url, { ...next.init, redirect: "manual", headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null)
      next = { url: next.url, init: { method: "POST", body: new URLSearchParams({ login }) } };
    else {
      const to = new URL(location, next.url);
      if (redirectUris.includes(`${to.origin}${to.pathname}`)) return to.search.slice(1);
      next = { url: to.href, init: {} };
    }
  }
  throw new Error("the provider sent nobody back");
}
