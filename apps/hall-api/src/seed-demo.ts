import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { textDigest, verifierKey } from "@guildhall/attestation";
import {
  activateBundle,
  createAccount,
  createApiKey,
  createMember,
  createSignInLink,
  createTenant,
  findMemberByName,
  findTenantBySlug,
  nameAccount,
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
import { DEMO_RULES } from "./demo-rules.ts";
import type { Hall } from "./hall.ts";
import { accountDigest } from "./identity/account-digest.ts";
import { hashSecret, newSecret, secretDigest } from "./identity/api-key.ts";
import { linkDetails } from "./identity/link-details.ts";
import { KEY_SCOPES } from "./identity/permissions.ts";

/** What a first start hands to the person in front of it. Each act behind it has its receipt. */
export interface Demo {
  apiKey: string;
  identity: string;
  tenantSlug: string;
  verifierKey: string;
  /** The file with the token of the Hall's operator. */
  operatorTokenFile: string;
  /** Signs in once, within the hour. */
  signInUrl: string;
}

const SLUG = "demo";
const IDENTITY = "demo.guildhall" as SignatoryId;
const EMAIL = "operator@demo.localhost";
const OPERATOR: Actor = { kind: "hall", id: "seed" };
const LINK_MS = 3600 * 1000;

/** Makes the demo tenant on the first start; on later ones only a new sign-in link. */
export async function seedDemo(hall: Hall): Promise<Demo> {
  const file = join(hall.settings.dataDir, "demo-key");
  const known = await withOperator(hall.db, (tx) => findTenantBySlug(tx, SLUG));
  const tenantId = known?.id ?? (await createDemoTenant(hall));
  if (!known || !existsSync(file)) {
    writeFileSync(file, await createDemoKey(hall, tenantId), { mode: 0o600 });
    await publishDemoRules(hall, tenantId);
  }
  return {
    apiKey: readFileSync(file, "utf8").trim(),
    identity: IDENTITY,
    tenantSlug: SLUG,
    verifierKey: verifierKey(hall.settings.origin, hall.signer.publicKey),
    operatorTokenFile: hall.settings.operatorTokenFile,
    signInUrl: `${hall.settings.consoleUrl}/sign-in?token=${await createLink(hall, tenantId)}`,
  };
}

async function createDemoTenant(hall: Hall): Promise<TenantId> {
  const id = randomUUID() as TenantId;
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(HALL_CHAIN, OPERATOR, nowMs);
  const act = await withOperator(hall.db, async (tx) => {
    await createTenant(tx, { id, slug: SLUG, name: "Demo", identities: [IDENTITY] });
    return hall.ledger.append(
      tx,
      {
        ...envelope,
        kind: "tenant",
        action: "created",
        subject: id,
        details: { slug: SLUG, identities: [IDENTITY] },
      },
      nowMs,
    );
  });
  await hall.ledger.sealed(act);
  return id;
}

async function createDemoKey(hall: Hall, tenantId: TenantId): Promise<string> {
  const secret = newSecret("key");
  const keyHash = hashSecret(secret);
  const id = randomUUID() as KeyId;
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(tenantId, OPERATOR, nowMs);
  const act = await withTenant(hall.db, tenantId, async (tx) => {
    await createApiKey(tx, {
      id,
      tenantId,
      name: "demo agent",
      keyHash,
      hint: secret.slice(0, 13),
      identities: [IDENTITY],
      scopes: [...KEY_SCOPES],
      expiresAt: null,
    });
    return hall.ledger.append(
      tx,
      {
        ...envelope,
        kind: "key",
        action: "created",
        subject: id,
        details: { identities: [IDENTITY], scopes: [...KEY_SCOPES], key_digest: secretDigest(keyHash) },
      },
      nowMs,
    );
  });
  await hall.ledger.sealed(act);
  return secret;
}

/** Stores the demo's rules by digest and puts them in force. */
async function publishDemoRules(hall: Hall, tenantId: TenantId): Promise<void> {
  const bundle = canonicalJson(RuleBundle.parse(DEMO_RULES));
  const digest = textDigest(bundle);
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(tenantId, OPERATOR, nowMs);
  const act = await withTenant(hall.db, tenantId, async (tx) => {
    await storeBundle(tx, tenantId, { digest, bundle });
    await activateBundle(tx, tenantId, digest);
    return hall.ledger.append(
      tx,
      {
        ...envelope,
        kind: "rule",
        action: "published",
        subject: digest,
        details: { rules: DEMO_RULES.rules.length },
      },
      nowMs,
      "tenant",
    );
  });
  await hall.ledger.sealed(act);
}

async function createLink(hall: Hall, tenantId: TenantId): Promise<string> {
  const link = newSecret("link");
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(tenantId, OPERATOR, nowMs);
  const act = await withTenant(hall.db, tenantId, async (tx) => {
    const name = "Operator";
    const known = await findMemberByName(tx, name);
    const [memberId, accountId] = [known?.id ?? randomUUID(), randomUUID()];
    if (known === null) {
      // Without a password: it signs in by links until its holder sets one.
      await createAccount(await nameAccount(tx, accountId), { id: accountId, email: EMAIL });
      await createMember(tx, tenantId, {
        id: memberId,
        displayName: name,
        role: "owner",
        email: EMAIL,
        accountId,
        joinedAt: new Date(nowMs),
      });
    }
    const issued = {
      ...{ tenantId, id: randomUUID(), memberId, tokenHash: hashSecret(link) },
      expiresAt: new Date(nowMs + LINK_MS),
    };
    await createSignInLink(tx, issued);
    const joined = { role: "owner", account_digest: accountDigest(memberId, accountId) };
    const details = { ...linkDetails(issued), ...(known === null && { joined }) };
    return hall.ledger.append(
      tx,
      { ...envelope, kind: "access", action: "link_issued", subject: memberId, details },
      nowMs,
    );
  });
  await hall.ledger.sealed(act);
  return link;
}
