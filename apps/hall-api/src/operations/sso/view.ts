import { listNameProofs, readTenant, type SsoConnection, type TenantTx } from "@guildhall/db";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { redirectUri } from "../../single-sign-on/redirect-uri.ts";

/** How the tenant's people sign in through its provider. The client's secret is never shown. */
export const SsoView = z.object({
  connection: z
    .object({
      id: z.uuid(),
      issuer: z.string(),
      client_id: z.string(),
      join_role: z.string().nullable(),
      is_required: z.boolean(),
      created_at: z.string(),
    })
    .nullable(),
  /** To be registered at the provider, as it stands. */
  redirect_uri: z.string(),
  /** Domains that the tenant has proved: only e-mails of these join. */
  domains: z.array(z.object({ name: z.string(), is_lost: z.boolean() })),
});

export async function ssoView(
  hall: Pick<Hall, "settings">,
  tx: TenantTx,
  connection: SsoConnection | null,
): Promise<z.output<typeof SsoView>> {
  const proofs = await listNameProofs(tx);
  return {
    connection: connection && {
      id: connection.id,
      issuer: connection.issuer,
      client_id: connection.clientId,
      join_role: connection.joinRole,
      is_required: connection.isRequired,
      created_at: connection.createdAt.toISOString(),
    },
    redirect_uri: redirectUri(hall, (await readTenant(tx))?.slug ?? ""),
    domains: proofs
      .filter(({ kind, provedAt }) => kind === "email" && provedAt !== null)
      .map(({ name, lostAt }) => ({ name, is_lost: lostAt !== null })),
  };
}
