import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import {
  HALL_CHAIN,
  instant,
  type KeyId,
  type ProfileId,
  type TenantId,
  type WorkerId,
} from "@guildhall/protocol";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addFactor,
  addPasskey,
  appendAct,
  appendBatch,
  createAccount,
  createApiKey,
  createDraft,
  createMember,
  createSession,
  createSignInLink,
  declarePackage,
  endFactors,
  endPasskey,
  enrollWorker,
  listApiKeys,
  liveFactors,
  livePasskeys,
  lookupApiKey,
  lookupDispatchTenant,
  lookupSession,
  lookupSignInLink,
  noteKeyUse,
  openDb,
  type PackageDeclaration,
  publishBundle,
  readAccount,
  readHeads,
  recordShadowDifferences,
  redeemGrant,
  registerNamespace,
  revokeApiKey,
  type StoredCertificate,
  setEnvironmentProfile,
  setPresence,
  setProfileHead,
  setWorkerTransport,
  snapshotVersions,
  startShadowRun,
  storeAuthority,
  storeBundle,
  storeCertificate,
  storeCustomRole,
  storeProfile,
  takeHeads,
  takeSignCount,
  withAccount,
  withOperator,
  withTenant,
} from "../src/index.ts";
import { furnishAgreement } from "./furnish-agreement.ts";
import { furnishAttestation } from "./furnish-attestation.ts";
import { furnishCertification } from "./furnish-certification.ts";
import { furnishSingleSignOn } from "./furnish-single-sign-on.ts";
import { difference, sequence, sequenceAct, TRANSPORT } from "./stand-in-writer.ts";
import { inTenant, refusalOf, startTestHall, type TestHall, undone } from "./test-hall.ts";

/**
 * The ways around row-level security of RELIABILITY 1.3, each tried as the role that would try it. Two tenants
 * hold one row of everything; `ours` is the one whose transaction it is, `theirs` the one to be reached.
 */

let hall: TestHall;
let app: pg.Client;
let ours: Holdings;
let theirs: Holdings;

beforeAll(async () => {
  hall = await startTestHall();
  app = await hall.as("app");
  await withOperator(hall.db, (tx) =>
    storeAuthority(tx, {
      keyId: AUTHORITY,
      der: new Uint8Array(),
      notBefore: new Date(),
      notAfter: new Date(),
      receiptId: randomUUID(),
    }),
  );
  ours = await furnish();
  theirs = await furnish();
});
afterAll(() => hall?.stop());

interface Holdings {
  tenant: TenantId;
  keyId: KeyId;
  memberId: string;
  linkId: string;
  sessionId: string;
  workerId: WorkerId;
  recordHash: string;
  digest: string;
  profileDigest: string;
  runId: string;
  dispatchId: string;
  certificateId: string;
  /** SHA-256 of the secrets: of the key, the link and the session. */
  keyHash: Buffer;
  linkHash: Buffer;
  sessionHash: Buffer;
}

const PROFILE = "prof.acme.strict" as ProfileId;

/** A tenant with one row in every table that has a tenant. */
async function furnish(): Promise<Holdings> {
  const tenant = await hall.addTenant();
  const later = new Date(Date.now() + 60_000);
  const hash = (text: string) => createHash("sha256").update(`${tenant} ${text}`).digest();
  const digestOf = (text: string) => `sha256:${hash(text).toString("hex")}`;
  const holdings = {
    tenant,
    keyId: randomUUID() as KeyId,
    memberId: randomUUID(),
    linkId: randomUUID(),
    sessionId: randomUUID(),
    workerId: `org.acme.${tenant.slice(0, 8)}` as WorkerId,
    recordHash: digestOf("record"),
    digest: digestOf("bundle"),
    profileDigest: digestOf("profile"),
    runId: randomUUID(),
    dispatchId: randomUUID(),
    certificateId: randomUUID(),
    keyHash: hash("key"),
    linkHash: hash("link"),
    sessionHash: hash("session"),
  };
  const { memberId, workerId, recordHash, digest } = holdings;
  const heads = await readHeads(hall.db.ledger, [tenant]);
  const signature = { leafIndex: heads.log.treeSize, tenantId: tenant, signature: Buffer.alloc(64) };
  const soon = instant(later.getTime());
  const draft = { tenantId: tenant, payload: "{}", key: "key", startBy: soon, expiresAt: soon };
  const batch = sequence(heads, [{ ...draft, receiptId: holdings.dispatchId as never }], {
    treeSize: heads.log.treeSize,
    note: "",
    signatures: [signature],
  });
  await appendBatch(hall.db.ledger, batch);
  await withTenant(hall.db, tenant, async (tx) => {
    await createApiKey(tx, {
      id: holdings.keyId,
      tenantId: tenant,
      name: "key",
      keyHash: holdings.keyHash,
      hint: "hall_",
      identities: [],
      scopes: [],
      expiresAt: null,
    });
    await createMember(tx, tenant, { id: memberId, displayName: "Somebody", role: "auditor" });
    await storeCustomRole(tx, tenant, { name: "keeper", permissions: [], at: new Date() });
    const { linkId, sessionId, linkHash, sessionHash } = holdings;
    await createSignInLink(tx, {
      tenantId: tenant,
      id: linkId,
      memberId,
      tokenHash: linkHash,
      expiresAt: later,
    });
    await createSession(tx, {
      tenantId: tenant,
      id: sessionId,
      memberId,
      tokenHash: sessionHash,
      expiresAt: later,
    });
    await enrollWorker(tx, {
      tenantId: tenant,
      workerId,
      enrollmentId: randomUUID(),
      speciesId: "wrk.doc.summarizer",
      recordHash,
      record: "{}",
    });
    const transport = {
      kind: "http",
      url: "http://127.0.0.1",
      timeout_ms: 1,
      tls_pin: null,
      digest: TRANSPORT,
    } as const;
    await setWorkerTransport(tx, { tenantId: tenant, workerId }, transport);
    await storeBundle(tx, tenant, { digest, bundle: "{}" });
    const author = { createdBy: "person:olga", createdAt: later };
    await createDraft(tx, tenant, {
      id: randomUUID(),
      name: "x",
      content: "",
      baseDigest: digest,
      ...author,
    });
    await publishBundle(tx, tenant, {
      digest,
      publishedAt: later,
      publishedBy: "person:olga",
      receiptId: randomUUID(),
      note: "",
      rolledBackFrom: null,
    });
    const { profileDigest, runId } = holdings;
    await storeProfile(tx, tenant, { digest: profileDigest, profileId: PROFILE, content: "{}" });
    await setProfileHead(tx, tenant, { profileId: PROFILE, digest: profileDigest }, later);
    await setEnvironmentProfile(tx, tenant, { env: "prod", profileId: PROFILE, setAt: later });
    await startShadowRun(tx, tenant, { id: runId, digest, startedAt: later, startedBy: "person:olga" });
    await recordShadowDifferences(tx, runId, [difference()], 1);
    await redeemGrant(tx, { tenantId: tenant, jti: "jti", dispatchId: holdings.dispatchId });
    await storeCertificate(tx, tenant, certificate(holdings, later));
    await setPresence(tx, tenant, { online: true, standing: "ok", checkedAt: later });
    await declarePackage(tx, tenant, declaration(workerId, later));
  });
  await furnishAttestation(hall.db, tenant, workerId);
  await noteKeyUse(
    hall.db,
    [{ tenantId: tenant, keyId: holdings.keyId, used: 1, lastUsedAt: later }],
    "2026-11-28",
  );
  await furnishAgreement(hall.db, tenant);
  await furnishCertification(hall.db, tenant, holdings);
  await furnishSingleSignOn(hall.db, tenant);
  const namespace = `org.t${tenant.replaceAll("-", "")}`;
  await withOperator(hall.db, (tx) =>
    registerNamespace(tx, { namespace, skeleton: namespace, tenantId: tenant, registeredAt: later }),
  );
  return holdings;
}

const AUTHORITY = "0123456789abcdef";

function declaration(workerId: WorkerId, declaredAt: Date): PackageDeclaration {
  return {
    id: randomUUID(),
    workerId,
    packageHash: "0".repeat(64),
    workerVersion: null,
    label: null,
    aiGenerated: false,
    aiService: null,
    aiModel: null,
    aiSession: null,
    declaredAt,
    declaredBy: "key:somebody",
  };
}

function certificate({ certificateId: id, workerId, recordHash }: Holdings, at: Date): StoredCertificate {
  const der = Buffer.from(id);
  return {
    id,
    certificationId: id,
    workerId,
    recordHash,
    digest: `sha256:${createHash("sha256").update(der).digest("hex")}`,
    der,
    authorityKeyId: AUTHORITY,
    isKeyHeld: false,
    scope: { capabilities: [], environments: [], data_labels: [] },
    validFrom: at,
    validUntil: new Date(at.getTime() + 1000),
    issuedAt: at,
    issuedBy: "person:carl",
    receiptId: randomUUID(),
    revocation: null,
  };
}

/** Every table with a tenant that role app may read. */
async function tenantTables(): Promise<string[]> {
  const { rows } = await hall.admin.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relkind IN ('r', 'p') AND has_table_privilege('hall_app', c.oid, 'SELECT') ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

async function tenantsSeen(client: pg.ClientBase, table: string): Promise<string[]> {
  const { rows } = await client.query<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${table}`);
  return rows.map((row) => row.tenant_id);
}

describe("a transaction of one tenant", () => {
  it("sees that tenant's rows in every table, and no other's", async () => {
    const tables = await tenantTables();
    expect(tables.length).toBeGreaterThan(23);
    for (const table of tables) {
      const seen = await inTenant(app, ours.tenant, () => tenantsSeen(app, table));
      expect(seen, table).toEqual([ours.tenant]);
    }
    const tenants = await inTenant(app, ours.tenant, () => app.query("SELECT id FROM hall.tenant"));
    expect(tenants.rows).toEqual([{ id: ours.tenant }]);
  });

  it("cannot insert a row for another tenant", async () => {
    const member = { id: randomUUID(), displayName: "Intruder", role: "auditor" } as const;
    const intrude = withTenant(hall.db, ours.tenant, (tx) => createMember(tx, theirs.tenant, member));
    expect(await refusalOf(intrude)).toMatch(
      /^42501 new row violates row-level security policy for table "member"/,
    );
    await withTenant(hall.db, ours.tenant, (tx) => createMember(tx, ours.tenant, member));
  });

  it("cannot change another tenant's row, by its id or by taking all of them", async () => {
    const at = new Date();
    expect(await withTenant(hall.db, ours.tenant, (tx) => revokeApiKey(tx, theirs.keyId, at))).toBe(false);
    await undone(app, async () => {
      await app.query("SELECT set_config('app.tenant_id', $1, true)", [ours.tenant]);
      const { rowCount } = await app.query("UPDATE hall.api_key SET revoked_at = now()");
      expect(rowCount).toBe(1);
    });
    const { rows } = await hall.admin.query("SELECT revoked_at FROM hall.api_key WHERE id = $1", [
      theirs.keyId,
    ]);
    expect(rows).toEqual([{ revoked_at: null }]);
  });

  it("cannot move a row to another tenant, nor could it if the column were granted", async () => {
    const move = () => app.query("UPDATE hall.api_key SET tenant_id = $1", [theirs.tenant]);
    expect(await refusalOf(inTenant(app, ours.tenant, move))).toMatch(
      /^42501 permission denied for table api_key/,
    );
    await hall.admin.query("GRANT UPDATE (tenant_id) ON hall.api_key TO hall_app");
    try {
      expect(await refusalOf(inTenant(app, ours.tenant, move))).toMatch(
        /^42501 new row violates row-level security/,
      );
    } finally {
      await hall.admin.query("REVOKE UPDATE (tenant_id) ON hall.api_key FROM hall_app");
    }
  });

  it("learns nothing from the planner's statistics", async () => {
    await hall.admin.query("ANALYZE");
    const statistics =
      "SELECT 1 FROM pg_stats WHERE schemaname IN ('hall', 'ledger') AND attname = 'tenant_id'";
    expect((await hall.admin.query(statistics)).rowCount).toBeGreaterThan(0);
    expect((await inTenant(app, ours.tenant, () => app.query(statistics))).rowCount).toBe(0);
  });

  it("cannot switch row-level security off, become another role, or bring its own functions", async () => {
    for (const attempt of [
      "SET LOCAL row_security = off; SELECT * FROM hall.member",
      "SET LOCAL ROLE hall_owner",
      "SET LOCAL ROLE hall_lookup",
      "SET LOCAL SESSION AUTHORIZATION hall_operator",
      "SET LOCAL session_replication_role = replica",
      "ALTER TABLE hall.member DISABLE ROW LEVEL SECURITY",
      "CREATE FUNCTION hall.leak(text) RETURNS boolean LANGUAGE sql COST 0.0001 AS 'SELECT true'",
      "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE sql COST 0.0001 AS 'SELECT true'",
      "CREATE TEMP TABLE loot AS SELECT * FROM hall.member",
    ])
      expect(await refusalOf(inTenant(app, ours.tenant, () => app.query(attempt))), attempt).toMatch(
        /^42501 /,
      );
  });
});

describe("without a transaction that names a tenant", () => {
  async function expectBlind(client: pg.ClientBase): Promise<void> {
    for (const table of await tenantTables()) expect(await tenantsSeen(client, table), table).toEqual([]);
    expect((await client.query("SELECT 1 FROM hall.tenant")).rowCount).toBe(0);
  }

  it("nothing is visible", async () => {
    await expectBlind(await hall.as("app"));
  });

  it("set_config for the transaction gives nothing", async () => {
    const client = await hall.as("app");
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [theirs.tenant]);
    await expectBlind(client);
  });

  it("the owner sees nothing either, because row-level security is forced", async () => {
    const owner = await hall.as("owner");
    for (const table of await tenantTables()) expect(await tenantsSeen(owner, table), table).toEqual([]);
  });

  it.each([
    ["committed", undefined],
    ["rolled back", new Error("undo")],
  ])("the next user of a connection inherits nothing from a transaction that was %s", async (_, failure) => {
    const db = openDb(hall.db.urls, { appConnections: 1 });
    try {
      const backend = () => db.app.$queryRaw<{ pid: number; tenant: string }[]>`
        SELECT pg_backend_pid() AS pid, current_setting('app.tenant_id', true) AS tenant`;
      let inside: unknown;
      const work = withTenant(db, theirs.tenant, async (tx) => {
        [inside] = await tx.$queryRaw<object[]>`
          SELECT pg_backend_pid() AS pid, current_setting('app.tenant_id', true) AS tenant`;
        if (failure) throw failure;
      });
      if (failure) await expect(work).rejects.toBe(failure);
      else await work;
      const [outside] = await backend();
      // The same connection; '' and not NULL, which the policies must take for "nobody".
      expect(inside).toEqual({ pid: outside!.pid, tenant: theirs.tenant });
      expect(outside!.tenant).toBe("");
      expect(await db.app.apiKey.findMany()).toEqual([]);
      expect(await db.app.tenant.findMany()).toEqual([]);
    } finally {
      await db.close();
    }
  });

  it("no source file names a tenant for longer than a transaction", () => {
    const src = new URL("../src/", import.meta.url);
    const calls = readdirSync(src, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.startsWith("generated"))
      .flatMap((file) => readFileSync(new URL(file, src), "utf8").match(/set_config\([^)]*\)/g) ?? []);
    expect(calls).toHaveLength(3);
    for (const call of calls) expect(call).toMatch(/, true\)$/);
  });
});

const passkeyOf = (accountId: string, credentialId: Uint8Array) => ({
  ...{ accountId, name: "a key", credentialId, publicKey: new Uint8Array(32), signCount: 0 },
  ...{ transports: [], at: new Date() },
});

describe("a transaction of one account", () => {
  it("sees and makes what is that account's, and nothing of another", async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    for (const id of [one, other])
      await withAccount(hall.db, id, async (tx) => {
        await createAccount(tx, { id, email: `${id}@example.test` });
        const secret = new Uint8Array(1);
        await addFactor(tx, { accountId: id, kind: "password", secret, at: new Date(), confirmed: true });
        await addPasskey(tx, passkeyOf(id, Buffer.from(id)));
      });
    await withAccount(hall.db, one, async (tx) => {
      expect(await readAccount(tx)).toEqual({ id: one, email: `${one}@example.test` });
      expect(await liveFactors(tx)).toHaveLength(1);
      expect(await endFactors(tx, "password", new Date())).toBe(1);
    });
    await withAccount(hall.db, other, async (tx) => expect(await liveFactors(tx)).toHaveLength(1));
    const intrude = withAccount(hall.db, one, (tx) =>
      createAccount(tx, { id: randomUUID(), email: "x@y.test" }),
    );
    expect(await refusalOf(intrude)).toMatch(/^42501 new row violates row-level security policy/);
    await withAccount(hall.db, one, async (tx) => {
      const [own, ...rest] = await livePasskeys(tx);
      expect(rest).toEqual([]);
      expect(own?.credentialId).toEqual(new Uint8Array(Buffer.from(one)));
      // Another account's is in the way and is not seen.
      expect(await addPasskey(tx, passkeyOf(one, Buffer.from(other)))).toBeNull();
      expect(await addPasskey(tx, passkeyOf(one, Buffer.from(randomUUID())))).not.toBeNull();
    });
    await withAccount(hall.db, other, async (tx) => {
      const [theirs] = await livePasskeys(tx);
      await withAccount(hall.db, one, async (mine) => {
        const id = theirs?.id ?? "";
        expect(await endPasskey(mine, id, new Date())).toBe(false);
        expect(await takeSignCount(mine, id, { signCount: 9, at: new Date() })).toBe(false);
      });
      expect(await takeSignCount(tx, theirs?.id ?? "", { signCount: 9, at: new Date() })).toBe(true);
    });
    const plant = withAccount(hall.db, one, (tx) => addPasskey(tx, passkeyOf(other, randomBytes(16))));
    expect(await refusalOf(plant)).toMatch(/^42501 new row violates row-level security policy/);
    // A tenant alone names no account, and an account alone no tenant.
    expect(await inTenant(app, ours.tenant, () => app.query("SELECT 1 FROM hall.account"))).toMatchObject({
      rowCount: 0,
    });
    await withAccount(hall.db, one, async (tx) => expect(await tx.member.count()).toBe(0));
    await hall.admin.query("CREATE POLICY open ON hall.factor TO hall_app USING (true)");
    try {
      await hall.admin.query("CREATE POLICY open ON hall.passkey TO hall_app USING (true)");
      await withAccount(hall.db, one, async (tx) => {
        expect(await liveFactors(tx)).toHaveLength(1);
        expect(await livePasskeys(tx)).toHaveLength(3);
      });
    } finally {
      await hall.admin.query("DROP POLICY open ON hall.factor");
      await hall.admin.query("DROP POLICY IF EXISTS open ON hall.passkey");
    }
  });
});

describe("a foreign key", () => {
  const CROSSING = `
    SELECT c.conrelid::regclass || ' ' || c.conname AS found FROM pg_constraint c
    JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attname = 'tenant_id'
    JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attname = 'tenant_id'
    WHERE c.contype = 'f' AND NOT coalesce(array_position(c.conkey, f.attnum) = array_position(c.confkey, t.attnum), false)
    ORDER BY 1`;

  it("between tables with a tenant always carries the tenant", async () => {
    expect((await hall.admin.query(CROSSING)).rows).toEqual([]);
    const owner = await hall.as("owner");
    const { rows } = await undone(owner, async () => {
      await owner.query(
        "CREATE TABLE hall.stray (tenant_id uuid, token bytea REFERENCES hall.session (token_hash))",
      );
      return owner.query(CROSSING);
    });
    expect(rows).toEqual([{ found: "hall.stray stray_token_fkey" }]);
  });

  it("cannot link a row to another tenant's, nor tell whether that exists", async () => {
    const later = new Date(Date.now() + 60_000);
    const token = () => createHash("sha256").update(randomUUID()).digest();
    const attempts: [string, (of: Holdings) => Promise<unknown>][] = [
      [
        "hall.sign_in_link",
        ({ memberId }) =>
          app.query(
            "INSERT INTO hall.sign_in_link (tenant_id, id, member_id, token_hash, expires_at) VALUES ($1, $2, $3, $4, $5)",
            [ours.tenant, randomUUID(), memberId, token(), later],
          ),
      ],
      [
        "hall.session",
        ({ memberId }) =>
          app.query(
            "INSERT INTO hall.session (tenant_id, id, member_id, token_hash, expires_at) VALUES ($1, $2, $3, $4, $5)",
            [ours.tenant, randomUUID(), memberId, token(), later],
          ),
      ],
      [
        "hall.worker",
        ({ recordHash }) =>
          app.query(
            "INSERT INTO hall.worker (tenant_id, worker_id, enrollment_id, species_id, record_hash) VALUES ($1, $2, $3, $4, $5)",
            [ours.tenant, `x.${randomUUID()}`, randomUUID(), "wrk.doc.summarizer", recordHash],
          ),
      ],
      [
        "hall.worker, by an update",
        ({ recordHash }) => app.query("UPDATE hall.worker SET record_hash = $1", [recordHash]),
      ],
      [
        "hall.worker_transport",
        ({ workerId }) =>
          app.query(
            "INSERT INTO hall.worker_transport (tenant_id, worker_id, version, digest, url, timeout_ms) VALUES ($1, $2, 9, $3, '', 1)",
            [ours.tenant, workerId, TRANSPORT],
          ),
      ],
      [
        "hall.active_bundle, by an update",
        ({ digest }) => app.query("UPDATE hall.active_bundle SET digest = $1", [digest]),
      ],
      [
        "hall.bundle_publication",
        ({ digest }) =>
          app.query(
            `INSERT INTO hall.bundle_publication (tenant_id, number, digest, published_at, published_by, receipt_id, note)
             VALUES ($1, 9, $2, now(), '', $3, '')`,
            [ours.tenant, digest, randomUUID()],
          ),
      ],
      [
        "hall.bundle_publication, as what was in force before",
        ({ digest }) =>
          app.query(
            `INSERT INTO hall.bundle_publication
               (tenant_id, number, digest, previous_digest, published_at, published_by, receipt_id, note)
             VALUES ($1, 9, $2, $3, now(), '', $4, '')`,
            [ours.tenant, ours.digest, digest, randomUUID()],
          ),
      ],
      [
        "hall.bundle_draft, by an update",
        ({ digest }) => app.query("UPDATE hall.bundle_draft SET base_digest = $1", [digest]),
      ],
      [
        "hall.profile_head, by an update",
        ({ profileDigest }) => app.query("UPDATE hall.profile_head SET digest = $1", [profileDigest]),
      ],
      [
        "hall.shadow_run",
        ({ digest }) =>
          app.query(
            `INSERT INTO hall.shadow_run (tenant_id, id, digest, started_at, started_by, ended_at)
             VALUES ($1, $2, $3, now(), '', now())`,
            [ours.tenant, randomUUID(), digest],
          ),
      ],
      [
        "hall.shadow_difference",
        ({ runId }) =>
          app.query(
            `INSERT INTO hall.shadow_difference
               (tenant_id, run_id, decision_id, decided_at, outcome_before, outcome_after, first_difference)
             VALUES ($1, $2, $3, now(), 'ALLOW', 'DENY', 'rule')`,
            [ours.tenant, runId, randomUUID()],
          ),
      ],
      ...(["worker_id", "record_hash", "certification_id"] as const).map(
        (column): [string, (of: Holdings) => Promise<unknown>] => [
          `hall.certificate, by its ${column}`,
          ({ workerId, recordHash, certificateId }) =>
            app.query(
              `INSERT INTO hall.certificate (tenant_id, id, certification_id, worker_id, record_hash, digest, der,
                 authority_key_id, is_key_held, capabilities, environments, data_labels, valid_from, valid_until,
                 issued_at, issued_by, receipt_id)
               SELECT tenant_id, $1, CASE $2::text WHEN 'certification_id' THEN $3::uuid ELSE certification_id END,
                 CASE $2 WHEN 'worker_id' THEN $4::text ELSE worker_id END,
                 CASE $2 WHEN 'record_hash' THEN $5::text ELSE record_hash END,
                 'sha256:' || encode(sha256($6::bytea), 'hex'), $6::bytea, authority_key_id, false, '{}', '{}', '{}',
                 valid_from, valid_until, issued_at, issued_by, receipt_id FROM hall.certificate`,
              [randomUUID(), column, certificateId, workerId, recordHash, Buffer.from(randomUUID())],
            ),
        ],
      ),
      [
        "hall.grant_redemption",
        ({ dispatchId }) =>
          app.query("INSERT INTO hall.grant_redemption (tenant_id, jti, dispatch_id) VALUES ($1, $2, $3)", [
            ours.tenant,
            randomUUID(),
            dispatchId,
          ]),
      ],
    ];
    const nobodys = {
      ...theirs,
      memberId: randomUUID(),
      recordHash: `sha256:${"0".repeat(64)}`,
      workerId: "x.no.body" as WorkerId,
      digest: `sha256:${"0".repeat(64)}`,
      profileDigest: `sha256:${"0".repeat(64)}`,
      runId: randomUUID(),
      dispatchId: randomUUID(),
      certificateId: randomUUID(),
    };
    for (const [what, attempt] of attempts) {
      const link = (of: Holdings) =>
        undone(app, async () => {
          await app.query("SELECT set_config('app.tenant_id', $1, true)", [ours.tenant]);
          return attempt(of);
        });
      expect(await refusalOf(link(ours)), what).toBe("accepted");
      const refusal = await refusalOf(link(theirs));
      expect(refusal, what).toMatch(/^23503 /);
      expect(refusal, what).toBe(await refusalOf(link(nobodys)));
    }
  });
});

describe("the definer functions", () => {
  it("that end an administrative act refuse every tenant but the transaction's", async () => {
    const heads = await readHeads(hall.db.ledger, [theirs.tenant]);
    const foreign = sequenceAct(heads, theirs.tenant);
    const take = withTenant(hall.db, ours.tenant, (tx) => takeHeads(tx, theirs.tenant));
    expect(await refusalOf(take)).toBe("42501 take_heads: the transaction names another tenant");
    const append = withTenant(hall.db, ours.tenant, (tx) => appendAct(tx, foreign));
    expect(await refusalOf(append)).toBe("42501 append: the transaction names another tenant");
    const operator = withOperator(hall.db, (tx) => takeHeads(tx, theirs.tenant));
    expect(await refusalOf(operator)).toBe("42501 take_heads: the transaction names another tenant");
    const nameless = hall.db.app.$queryRaw`SELECT * FROM ledger.take_heads(${theirs.tenant}::uuid)`;
    expect(await refusalOf(nameless)).toBe("42501 take_heads: the transaction names another tenant");
    expect(await hall.db.app.$queryRaw`SELECT * FROM ledger.take_heads(NULL)`).toEqual([]);

    const taken = await withTenant(hall.db, theirs.tenant, (tx) => takeHeads(tx, theirs.tenant));
    expect(taken.chain).toEqual(heads.chains.get(theirs.tenant));
    expect((await withOperator(hall.db, (tx) => takeHeads(tx, HALL_CHAIN))).chain.tenantId).toBe(HALL_CHAIN);
  });

  it("that look a tenant up give ids and versions, nothing else", async () => {
    const { rows } = await hall.admin.query(
      `SELECT p.proname AS name, pg_get_function_result(p.oid) AS gives FROM pg_proc p
       WHERE p.pronamespace = 'lookup'::regnamespace ORDER BY 1`,
    );
    expect(rows).toEqual([
      { name: "account", gives: "uuid" },
      // By what an OpenID provider calls somebody.
      { name: "account_of_subject", gives: "uuid" },
      { name: "api_key", gives: "TABLE(tenant_id uuid, id uuid)" },
      { name: "dispatch", gives: "uuid" },
      // Whether somebody else has proved a domain, and never who.
      { name: "is_anothers_domain", gives: "boolean" },
      // Where an account is a member, so that its holder can say for which they come.
      { name: "memberships", gives: "TABLE(tenant_id uuid, member_id uuid, slug text, name text)" },
      // One word, and never whose the namespace is.
      { name: "namespace_claim", gives: "text" },
      // Of every tenant, and of none: what the revocation list publishes.
      {
        name: "revoked_certificates",
        gives: "TABLE(id uuid, revoked_at timestamp with time zone, reason text)",
      },
      { name: "session", gives: "TABLE(tenant_id uuid, id uuid)" },
      { name: "sign_in_link", gives: "TABLE(tenant_id uuid, id uuid)" },
      { name: "snapshot_versions", gives: "TABLE(tenant_id uuid, version bigint)" },
      { name: "sole_tenant", gives: "uuid" },
      // Whose provider signs people of a domain in: they are sent there by it.
      { name: "sso_tenant", gives: "uuid" },
      // For who operates the Hall: how many, and until when, and no row.
      {
        name: "tenant_figures",
        gives:
          "TABLE(tenant_id uuid, members bigint, owners bigint, is_owner_invited boolean, invitation_until timestamp with time zone, keys bigint, agreements bigint, workers bigint)",
      },
      // For the reminders of renewals: which tenants, and nothing of their certificates.
      { name: "tenants_with_ending_certificates", gives: "TABLE(tenant_id uuid)" },
      // For the daily look at records: which tenants, and nothing of their names.
      { name: "tenants_with_stale_proofs", gives: "TABLE(tenant_id uuid)" },
      // What a tenant declared of a worker is declared to everybody (contract 8b).
      {
        name: "verified_worker",
        gives:
          "TABLE(status text, is_flagged boolean, is_suspended boolean, package_hash text, declared_at timestamp with time zone, ai_generated boolean, ai_service text, ai_model text, ai_session text)",
      },
    ]);
  });

  it("that look a tenant up find one row by its secret, and none without it", async () => {
    const { db } = hall;
    const { tenant } = theirs;
    expect(await lookupApiKey(db, theirs.keyHash)).toEqual({ tenantId: tenant, id: theirs.keyId });
    expect(await lookupSession(db, theirs.sessionHash)).toEqual({ tenantId: tenant, id: theirs.sessionId });
    expect(await lookupSignInLink(db, theirs.linkHash)).toEqual({ tenantId: tenant, id: theirs.linkId });
    expect(await lookupDispatchTenant(db, theirs.dispatchId)).toBe(tenant);
    expect([...(await snapshotVersions(db, [tenant])).keys()]).toEqual([tenant]);

    const wrong = createHash("sha256").update("guess").digest();
    for (const lookup of [lookupApiKey, lookupSession, lookupSignInLink]) {
      expect(await lookup(db, wrong)).toBeNull();
      expect(await lookup(db, new Uint8Array())).toBeNull();
    }
    expect(await lookupDispatchTenant(db, randomUUID())).toBeNull();
    expect((await snapshotVersions(db, [])).size).toBe(0);
    const nulls = await app.query("SELECT * FROM lookup.api_key(NULL)");
    expect(nulls.rowCount).toBe(0);
  });

  it("that look a tenant up answer role app alone", async () => {
    for (const role of ["ledger", "jobs", "operator"] as const) {
      const client = await hall.as(role);
      expect(await refusalOf(client.query("SELECT lookup.dispatch($1)", [theirs.dispatchId])), role).toMatch(
        /^42501 /,
      );
    }
  });
});

describe("the other roles", () => {
  it("ledger reads no receipt, payload, dispatch or pending approval, not even the one it writes", async () => {
    const ledger = await hall.as("ledger");
    for (const table of [
      "ledger.receipt",
      "ledger.chain_position",
      "ledger.receipt_id_index",
      "ledger.receipt_signature",
      "hall.payload",
      "hall.dispatch",
      "hall.pending_approval",
      "hall.api_key",
      "hall.tenant",
    ])
      expect(await refusalOf(ledger.query(`SELECT 1 FROM ${table}`)), table).toMatch(/^42501 /);
    const insert = `INSERT INTO hall.payload VALUES ('${ours.tenant}', '${randomUUID()}', sha256('')::bytea, '') RETURNING content`;
    expect(await refusalOf(ledger.query(insert))).toMatch(/^42501 permission denied/);
  });

  it("ledger can neither seal nor start work but through the function that does both", async () => {
    const ledger = await hall.as("ledger");
    for (const statement of [
      "INSERT INTO ledger.checkpoint (tree_size, note) VALUES (9, '')",
      "UPDATE ledger.seal_head SET tree_size = 9",
      "INSERT INTO queue.job (name) VALUES ('dispatch')",
    ])
      expect(await refusalOf(ledger.query(statement)), statement).toMatch(/^42501 /);
  });

  it("jobs sees its queue, and in it ids only", async () => {
    const { rows } = await hall.admin.query(
      `SELECT DISTINCT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         AND has_schema_privilege('hall_jobs', n.oid, 'USAGE') AND (has_table_privilege('hall_jobs', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
           OR has_any_column_privilege('hall_jobs', c.oid, 'SELECT, INSERT, UPDATE'))`,
    );
    expect(rows).toEqual([{ schema: "queue" }]);
    const jobs = await hall.as("jobs");
    for (const schema of ["hall.tenant", "ledger.receipt", "lookup.dispatch(NULL)"])
      expect(await refusalOf(jobs.query(`SELECT 1 FROM ${schema}`)), schema).toMatch(
        /^42501 permission denied for schema/,
      );
  });

  it("operator knows tenants, their identities and their versions, and of the rest that they own nothing", async () => {
    const tenants = await withOperator(hall.db, (tx) => tx.tenant.findMany());
    expect(tenants.map((tenant) => tenant.id)).toEqual(expect.arrayContaining([ours.tenant, theirs.tenant]));
    const versions = await withOperator(hall.db, (tx) => tx.snapshotVersion.findMany());
    expect(versions.length).toBe(tenants.length);

    // Which identities a tenant was given stands on the Hall's own chain too.
    const identities = await withOperator(hall.db, (tx) => tx.signatoryIdentity.findMany());
    const owners = identities.map(({ tenantId }) => tenantId);
    expect(owners).toEqual(expect.arrayContaining([ours.tenant, theirs.tenant]));

    // Their tables that it may write to, and the ledger, show it the Hall's own rows only.
    const chains = await withOperator(hall.db, (tx) => tx.chainHead.findMany());
    expect(chains.map((chain) => chain.tenantId)).toEqual([HALL_CHAIN]);
    const seen = await withOperator(hall.db, async (tx) => [
      await tx.member.count(),
      await tx.signInLink.count(),
      await tx.session.count(),
      await tx.receipt.count(),
      await tx.chainPosition.count(),
      await tx.receiptIdIndex.count(),
      await tx.receiptSignature.count(),
    ]);
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0]);
    // Nor is the Hall's own house among the tenants, whatever is asked.
    expect(await withOperator(hall.db, (tx) => tx.tenant.count({ where: { id: HALL_CHAIN } }))).toBe(0);

    const operator = await hall.as("operator");
    for (const table of [
      "api_key",
      "payload",
      "dispatch",
      "worker",
      "rule_bundle",
      "bundle_publication",
      "bundle_draft",
      "profile",
      "profile_head",
      "environment_profile",
      "shadow_run",
      "shadow_difference",
      "pending_approval",
      "grant_redemption",
      "certificate",
    ])
      expect(await refusalOf(operator.query(`SELECT 1 FROM hall.${table}`)), table).toMatch(
        /^42501 permission denied/,
      );
  });
});

describe("two tenants at the same time", () => {
  const LANES = 20; // two for each connection, so that every connection goes from tenant to tenant

  it("stay apart through 200 interleaved transactions", async () => {
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const outcomes: boolean[] = [];
      for (let i = 0; i < 200 / LANES; i++)
        outcomes.push(await keepsToItself((lane + i) % 2 ? ours : theirs));
      return outcomes;
    });
    const outcomes = (await Promise.all(lanes)).flat();
    expect(outcomes).toHaveLength(200);
    expect(outcomes).not.toContain(false);
  });

  /** Reads, writes and reads again. @returns whether all that it saw was the tenant's, and its own row among it */
  function keepsToItself({ tenant }: Holdings): Promise<boolean> {
    const mine = randomUUID();
    return withTenant(hall.db, tenant, async (tx) => {
      const before = await listApiKeys(tx);
      await createMember(tx, tenant, { id: mine, displayName: mine, role: "auditor" });
      const after = await tx.member.findMany();
      const owners = new Set([...before, ...after].map((row) => row.tenantId));
      return owners.size === 1 && owners.has(tenant) && after.some((member) => member.id === mine);
    });
  }
});
