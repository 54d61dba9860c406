import { createHash, randomUUID } from "node:crypto";
import {
  activateBundle,
  createApiKey,
  createMember,
  createSignInLink,
  createTenant,
  storeBundle,
  withOperator,
  withTenant,
} from "@guildhall/db";
import {
  type Actor,
  canonicalJson,
  HALL_CHAIN,
  type KeyId,
  RuleBundle,
  type SignatoryId,
  type TenantId,
} from "@guildhall/protocol";
import { DEMO_RULES } from "../../src/demo-rules.ts";
import type { Hall } from "../../src/hall.ts";
import { hashSecret, newSecret } from "../../src/identity/api-key.ts";
import { KEY_SCOPES } from "../../src/identity/permissions.ts";

/** A tenant that may dispatch: rules in force, one key, and a link for its operator to sign in with. */
export interface Credentials {
  tenantId: TenantId;
  identity: SignatoryId;
  keyId: KeyId;
  apiKey: string;
  signInLink: string;
}

const OPERATOR: Actor = { kind: "hall", id: "seed" };
const DAY_MS = 24 * 3600 * 1000;

/** Makes tenants on a Hall that has none; each act ends in a sealed receipt, as the demo's do. */
export async function populate(hall: Hall, slugs: readonly string[]): Promise<Credentials[]> {
  const tenants: Credentials[] = [];
  for (const slug of slugs) tenants.push(await addTenant(hall, slug));
  return tenants;
}

async function addTenant(hall: Hall, slug: string): Promise<Credentials> {
  const [tenantId, keyId] = [randomUUID() as TenantId, randomUUID() as KeyId];
  const identity = `${slug}.crash.test` as SignatoryId;
  const [apiKey, signInLink] = [newSecret("key"), newSecret("link")];
  const nowMs = hall.clock.now();
  const created = await withOperator(hall.db, async (tx) => {
    await createTenant(tx, { id: tenantId, slug, name: slug, identities: [identity] });
    const envelope = hall.ledger.envelopeFor(HALL_CHAIN, OPERATOR, nowMs);
    const act = { kind: "tenant", action: "created", subject: tenantId, details: { slug } } as const;
    return hall.ledger.append(tx, { ...envelope, ...act }, nowMs);
  });
  await hall.ledger.sealed(created);

  const bundle = canonicalJson(RuleBundle.parse(DEMO_RULES));
  const digest = `sha256:${createHash("sha256").update(bundle).digest("hex")}`;
  const opened = await withTenant(hall.db, tenantId, async (tx) => {
    await createApiKey(tx, {
      id: keyId,
      tenantId,
      name: "agent",
      keyHash: hashSecret(apiKey),
      hint: apiKey.slice(0, 13),
      identities: [identity],
      scopes: [...KEY_SCOPES],
      expiresAt: null,
    });
    const memberId = randomUUID();
    await createMember(tx, tenantId, { id: memberId, displayName: "Operator", role: "operator" });
    await createSignInLink(tx, {
      tenantId,
      id: randomUUID(),
      memberId,
      tokenHash: hashSecret(signInLink),
      expiresAt: new Date(nowMs + DAY_MS),
    });
    await storeBundle(tx, tenantId, { digest, bundle });
    await activateBundle(tx, tenantId, digest);
    const envelope = hall.ledger.envelopeFor(tenantId, OPERATOR, nowMs);
    const act = { kind: "rule", action: "published", subject: digest, details: {} } as const;
    return hall.ledger.append(tx, { ...envelope, ...act }, nowMs, "tenant");
  });
  await hall.ledger.sealed(opened);
  return { tenantId, identity, keyId, apiKey, signInLink };
}
