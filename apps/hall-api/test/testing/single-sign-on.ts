import { randomUUID } from "node:crypto";
import { createSsoConnection, withTenant } from "@guildhall/db";
import type { TenantId } from "@guildhall/protocol";
import { providerDigest } from "../../src/operations/sso/configure.ts";
import type { OpenHall, Refusal } from "./running-hall.ts";
import { addMember, type TestTenant } from "./tenant.ts";

/** Signing in through a provider, step by step, as a browser and the console do it. */

export interface Gone {
  url: string;
  flow_token: string;
}

export interface Begun {
  state: "begun" | "factor_needed" | "linked";
  session_token: string;
  pending_token: string;
  receipt_id: string;
  member: { id: string; role: string; display_name: string };
}

export const PASSWORD = "copper lantern walks uphill";

/** An owner with a password, as whoever sets single sign-on up has to be. */
export function addOwner(hall: OpenHall, tenant: TestTenant, email: string) {
  return addMember(hall.hall, tenant.id, "owner", { email, password: PASSWORD });
}

/** As if the record stood in the DNS: what proves it is tested elsewhere. */
export async function proveDomain(
  hall: OpenHall,
  names: { records: Map<string, (string | string[])[]> },
  owner: string,
  name: string,
): Promise<string> {
  const asked = await hall.ask<{ id: string; record: { name: string; value: string } }>(
    "POST",
    "/wcp/domains",
    {
      key: owner,
      body: { kind: "email", name },
    },
  );
  const { id, record } = asked.body;
  names.records.set(record.name, [record.value]);
  const checked = await hall.ask<{ finding: { code: string } }>("POST", `/wcp/domains/${id}/check`, {
    key: owner,
  });
  if (checked.body.finding?.code !== "DNS_PROVED") throw new Error(`${name} is not proved: ${checked.text}`);
  return id;
}

export function configure<Body = Refusal>(hall: OpenHall, owner: string, settings: object) {
  return hall.ask<Body>("PUT", "/wcp/sso", {
    key: owner,
    body: { join_role: null, is_required: false, ...settings },
  });
}

export function beginAt<Body = Gone>(hall: OpenHall, email: string) {
  return hall.ask<Body>("POST", "/wcp/sso/begin", { body: { email } });
}

export function completeAt<Body = Begun>(
  hall: OpenHall,
  { flow_token, tenant, answer }: { flow_token: string; tenant: string; answer: string },
) {
  return hall.ask<Body>("POST", "/wcp/sso/complete", { body: { flow_token, tenant, answer } });
}

/** A connection with its receipt, to a provider that nobody asked. */
export async function addConnection({ hall }: OpenHall, tenantId: TenantId): Promise<void> {
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(tenantId, { kind: "hall", id: "test" }, nowMs);
  const connection = {
    ...{ id: randomUUID(), issuer: "https://idp.example", clientId: "hall", createdAt: new Date(nowMs) },
    ...{ clientSecret: Buffer.from("sealed"), joinRole: "auditor", isRequired: false },
  };
  const act = await withTenant(hall.db, tenantId, async (tx) => {
    await createSsoConnection(tx, tenantId, connection);
    const provider_digest = providerDigest(connection);
    const details = {
      provider_digest,
      join_role: "auditor",
      is_required: false,
      replaced: null,
      sessions: [],
    };
    const entry = { kind: "config", action: "sso_configured", subject: connection.id, details } as const;
    return hall.ledger.append(tx, { ...envelope, ...entry }, nowMs, "tenant");
  });
  await hall.ledger.sealed(act);
}
