import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  activateBundle,
  addFactor,
  createAccount,
  createApiKey,
  createMember,
  createSession,
  createSignInLink,
  createTenant,
  type Fence,
  lookupAccount,
  type NewLink,
  nameAccount,
  type OperatorTx,
  revokeApiKey,
  storeBundle,
  type TenantTx,
  withOperator,
  withTenant,
} from "@guildhall/db";
import {
  type ActBody,
  canonicalJson,
  HALL_CHAIN,
  type KeyId,
  RuleBundle,
  type RuleBundleInput,
  type SignatoryId,
  type TenantId,
} from "@guildhall/protocol";
import { DEMO_RULES } from "../../src/demo-rules.ts";
import type { Hall } from "../../src/hall.ts";
import { accountDigest } from "../../src/identity/account-digest.ts";
import { hashSecret, newSecret, secretDigest } from "../../src/identity/api-key.ts";
import { linkDetails } from "../../src/identity/link-details.ts";
import { hashPassword } from "../../src/identity/password.ts";
import { KEY_SCOPES } from "../../src/identity/permissions.ts";

/** A tenant with an identity, a key that may do everything a key may, and the demo's rules in force. */
export interface TestTenant {
  id: TenantId;
  identity: SignatoryId;
  keyId: KeyId;
  key: string;
}

export async function addTenant(
  hall: Hall,
  { rules = DEMO_RULES, name = `t-${randomBytes(6).toString("hex")}` } = {},
): Promise<TestTenant> {
  const id = randomUUID() as TenantId;
  const identity = `${name}.test` as SignatoryId;
  await recorded(
    hall,
    HALL_CHAIN,
    { kind: "tenant", action: "created", subject: id, details: { slug: name, identities: [identity] } },
    (tx) => createTenant(tx as OperatorTx, { id, slug: name, name, identities: [identity] }),
  );
  const key = await addKey(hall, { id, identity });
  await publishRules(hall, id, rules);
  return { id, identity, keyId: key.id, key: key.secret };
}

export async function addKey(
  hall: Hall,
  tenant: Pick<TestTenant, "id" | "identity">,
  options: { scopes?: readonly string[]; expiresAt?: Date; identities?: SignatoryId[] } = {},
): Promise<{ id: KeyId; secret: string }> {
  const secret = newSecret("key");
  const id = randomUUID() as KeyId;
  const key = {
    id,
    tenantId: tenant.id,
    name: "agent",
    keyHash: hashSecret(secret),
    hint: secret.slice(0, 13),
    identities: options.identities ?? [tenant.identity],
    scopes: [...(options.scopes ?? KEY_SCOPES)],
    expiresAt: options.expiresAt ?? null,
  };
  const { identities, scopes } = key;
  const details = {
    ...{ identities, scopes, key_digest: secretDigest(key.keyHash) },
    expires_at: key.expiresAt?.toISOString() ?? null,
  };
  await recorded(hall, tenant.id, { kind: "key", action: "created", subject: id, details }, (tx) =>
    createApiKey(tx as TenantTx, key),
  );
  return { id, secret };
}

export async function revokeKey(hall: Hall, tenantId: TenantId, keyId: KeyId): Promise<void> {
  await recorded(
    hall,
    tenantId,
    { kind: "key", action: "revoked", subject: keyId, details: {} },
    (tx, now) => revokeApiKey(tx as TenantTx, keyId, now),
    "tenant",
  );
}

/** A member of a role, signed in a moment ago. With an e-mail they have an account, and with a password one that opens. */
export async function addMember(
  hall: Hall,
  tenantId: TenantId,
  role: string = "operator",
  { email, password }: { email?: string; password?: string } = {},
): Promise<{ id: string; sessionId: string; session: string; accountId: string | null }> {
  const session = newSecret("session");
  const [id, sessionId] = [randomUUID(), randomUUID()];
  const known = email === undefined ? null : await lookupAccount(hall.db, email);
  const accountId = email === undefined ? null : (known ?? randomUUID());
  const secret = password === undefined ? null : await hashPassword(password);
  const joined = { role, account_digest: accountId === null ? null : accountDigest(id, accountId) };
  await recorded(
    hall,
    tenantId,
    { kind: "access", action: "joined", subject: id, details: joined },
    async (tx, at) => {
      if (email !== undefined && accountId !== null && known === null) {
        const account = await nameAccount(tx as TenantTx, accountId);
        await createAccount(account, { id: accountId, email });
        if (secret) await addFactor(account, { accountId, kind: "password", secret, at, confirmed: true });
      }
      await createMember(tx as TenantTx, tenantId, {
        ...{ id, displayName: `the ${role}`, role, joinedAt: at },
        ...(email !== undefined && accountId !== null && { email, accountId }),
      });
    },
  );
  const begun = {
    ...{ tenantId, id: sessionId, memberId: id, tokenHash: hashSecret(session), factors: "link" },
    expiresAt: new Date(hall.clock.now() + 3_600_000),
  };
  const details = {
    ...{ member_id: id, factors: begun.factors, token_digest: secretDigest(begun.tokenHash) },
    expires_at: begun.expiresAt.toISOString(),
  };
  await recorded(
    hall,
    tenantId,
    { kind: "session", action: "begun", subject: sessionId, details },
    (tx, stepUpAt) => createSession(tx as TenantTx, { ...begun, stepUpAt }),
  );
  return { id, sessionId, session, accountId };
}

/** A one-time link of a member: to sign in, where nothing else is said. */
export async function addLink(
  hall: Hall,
  tenantId: TenantId,
  memberId: string,
  { expiresAt = new Date(hall.clock.now() + 3_600_000), ...purpose }: Partial<NewLink> = {},
): Promise<string> {
  const link = newSecret("link");
  const issued = { tenantId, id: randomUUID(), memberId, tokenHash: hashSecret(link), expiresAt, ...purpose };
  await recorded(
    hall,
    tenantId,
    { kind: "access", action: "link_issued", subject: memberId, details: linkDetails(issued) },
    (tx) => createSignInLink(tx as TenantTx, issued),
  );
  return link;
}

/** Stores a bundle by its digest and puts it in force. @returns the digest */
export async function publishRules(hall: Hall, tenantId: TenantId, rules: RuleBundleInput): Promise<string> {
  const bundle = canonicalJson(RuleBundle.parse(rules));
  const digest = `sha256:${createHash("sha256").update(bundle).digest("hex")}`;
  await recorded(
    hall,
    tenantId,
    { kind: "rule", action: "published", subject: digest, details: {} },
    async (tx) => {
      await storeBundle(tx as TenantTx, tenantId, { digest, bundle });
      await activateBundle(tx as TenantTx, tenantId, digest);
    },
    "tenant",
  );
  if (hall.snapshots.peek(tenantId)) await hall.snapshots.refresh(tenantId);
  return digest;
}

/** One act of administration with its receipt, sealed before this returns. */
async function recorded(
  hall: Hall,
  chain: TenantId,
  act: Pick<ActBody, "kind" | "action" | "subject" | "details">,
  work: (tx: TenantTx | OperatorTx, now: Date) => Promise<unknown>,
  fence: Fence = "none",
): Promise<void> {
  const nowMs = hall.clock.now();
  const entry = { ...hall.ledger.envelopeFor(chain, { kind: "hall", id: "test" }, nowMs), ...act };
  const both = async (tx: TenantTx | OperatorTx) => {
    await work(tx, new Date(nowMs));
    return hall.ledger.append(tx, entry, nowMs, fence);
  };
  // People of the Hall's own house are written as a tenant's are.
  const isOperators = chain === HALL_CHAIN && act.kind === "tenant";
  await hall.ledger.sealed(
    await (isOperators ? withOperator(hall.db, both) : withTenant(hall.db, chain, both)),
  );
}
