import { randomBytes, randomUUID } from "node:crypto";
import { findSsoConnection, readTenant, type SsoConnection, withTenant } from "@guildhall/db";
import { HallError, type TenantId } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../hall.ts";
import { FLOW_MS, type Flow, sealFlow } from "./flow-token.ts";
import type { Provider } from "./provider.ts";
import { ProviderError, refusalOf } from "./provider-error.ts";
import { redirectUri } from "./redirect-uri.ts";

/** Where the browser goes, and what it keeps until it is back. */
export const GoneView = z.object({ url: z.string(), flow_token: z.string(), expires_at: z.string() });

/** @throws HallError SSO_UNKNOWN, SSO_PROVIDER_UNUSABLE */
export async function beginFlow(
  hall: Hall,
  { tenantId, link, hint }: { tenantId: TenantId; link: Flow["link"]; hint: string | null },
): Promise<z.output<typeof GoneView>> {
  const { connection, provider } = await readProvider(hall, tenantId);
  const expiresMs = hall.clock.now() + FLOW_MS;
  const flow: Flow = {
    ...{ id: randomUUID(), tenant: tenantId, connection: connection.id },
    ...{ state: secret(), nonce: secret(), verifier: secret(), expires_ms: expiresMs, link },
  };
  const url = await speaking(() => hall.providers.authorizationUrl(provider, flow, hint));
  return {
    url,
    flow_token: sealFlow(hall.factorKey, flow),
    expires_at: new Date(expiresMs).toISOString(),
  };
}

/** The tenant's provider as it is set up now. @throws HallError SSO_UNKNOWN */
export async function readProvider(
  hall: Hall,
  tenantId: TenantId,
): Promise<{ slug: string; connection: SsoConnection; provider: Provider }> {
  const { connection, tenant } = await withTenant(hall.db, tenantId, async (tx) => ({
    connection: await findSsoConnection(tx),
    tenant: await readTenant(tx),
  }));
  if (!connection || !tenant) throw new HallError("SSO_UNKNOWN");
  const { id, issuer, clientId, clientSecret } = connection;
  const provider = {
    ...{ issuer, clientId },
    clientSecret: Buffer.from(hall.factorKey.decrypt(clientSecret, clientSecretOf(id))).toString(),
    redirectUri: redirectUri(hall, tenant.slug),
  };
  return { slug: tenant.slug, connection, provider };
}

/** For what a client's secret is encrypted: of one connection it is read for no other. */
export function clientSecretOf(connectionId: string): string {
  return `single sign-on client ${connectionId}`;
}

/** What a provider does wrong is a refusal, with the step at which it showed. */
export async function speaking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ProviderError ? refusalOf(error) : error;
  }
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}
