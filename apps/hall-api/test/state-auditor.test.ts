import { randomBytes } from "node:crypto";
import { readChainState } from "@guildhall/db";
import { canonicalJson, HALL_CHAIN } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_RULES } from "../src/demo-rules.ts";
import { createStateAuditor, type StateAuditor } from "../src/ledger/state-auditor.ts";
import { offerFirstRun } from "../src/tenants/first-run.ts";
import { AUDITED_TABLES } from "./testing/audited-tables.ts";
import { RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { type Furnished, furnish } from "./testing/furnished.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { raising } from "./testing/raising.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { settle } from "./testing/settled.ts";
import { addLink, addTenant } from "./testing/tenant.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;
let tenant: Furnished;
let auditor: StateAuditor;
let firstRun: string;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
  tenant = await furnish(hall, worker);
  firstRun = (await offerFirstRun(hall.hall))?.url ?? "";
  const rotated = await hall.ask("POST", "/hall/keys/log/rotate", {
    key: hall.operatorToken,
    body: { reason: "yearly" },
  });
  if (rotated.status !== 200) throw new Error(rotated.text);
  auditor = newAuditor();
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const newAuditor = (sizes: { readsARound?: number; pageSize?: number } = {}) =>
  createStateAuditor({ ...raising(hall), ...sizes });

/** As an insider with the database in hand: no trigger, no foreign key, no policy. */
async function edit(sql: string): Promise<void> {
  await house.admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
}

interface Alerted {
  count: number;
  findings: { place: string; code: string }[];
}

async function newestAlert(chain: string): Promise<Alerted> {
  const { rows } = await house.admin.query<{ body: Buffer }>(
    "SELECT body FROM ledger.receipt WHERE kind = 'alert' AND tenant_id = $1 ORDER BY leaf_index DESC LIMIT 1",
    [chain],
  );
  return JSON.parse(rows[0]!.body.toString("utf8")).details;
}

describe("the auditor of rows", () => {
  it("has somebody decide about each table, and has rows and edits of each that is compared", async () => {
    const { rows: tables } = await house.admin.query<{ name: string }>(
      `SELECT DISTINCT CASE n.nspname WHEN 'queue' THEN 'queue.*' ELSE n.nspname || '.' || c.relname END AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`,
    );
    expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(AUDITED_TABLES).sort());

    const all = { afterSeq: -1, afterPlace: "", actsMax: 10_000, rowsMax: 10_000 };
    const states = [tenant.id, HALL_CHAIN].map((chain) => readChainState(hall.hall.db, chain, all));
    const seen = (await Promise.all(states)).flatMap(({ rows }) => rows!.page);
    const places = new Set(seen.map(({ place }) => place.split(" ", 1)[0]!));
    const compared = Object.entries(AUDITED_TABLES).flatMap(([name, how]) =>
      "places" in how ? [{ name, places: how.places }] : [],
    );
    expect([...places].sort()).toEqual([...new Set(compared.flatMap((table) => table.places))].sort());
    const edits = [...EDITS, ...EDITS_OF_HALL].map(([, , , sql]) => sql);
    for (const { name } of compared)
      expect(
        edits.some((sql) => isEditOf(name, sql)),
        `an edit of ${name}`,
      ).toBe(true);
  });

  it("finds nothing where every row has its receipt, whatever an operator did", async () => {
    expect(await auditor.audit()).toEqual([]);
    expect(auditor.sweeps()).toBe(1);
    // Every table that is compared has a row here: none is found right because it is empty.
    const { rows } = await house.admin.query<{ kind: string; count: string }>(
      "SELECT kind, count(*) FROM ledger.receipt WHERE kind NOT IN ('decision', 'outcome') GROUP BY kind",
    );
    expect(rows.length).toBeGreaterThan(8);
  });

  const others = `tenant_id = (SELECT tenant_id FROM hall.runner_key LIMIT 1)`;
  const EDITS: readonly [what: string, place: RegExp, code: string, sql: string][] = [
    [
      "who vouches for people",
      /^sso_connection /,
      "ROW_CHANGED",
      "UPDATE hall.sso_connection SET issuer = 'https://another.example'",
    ],
    [
      "as what people join uninvited",
      /^sso_connection /,
      "ROW_CHANGED",
      "UPDATE hall.sso_connection SET join_role = 'operator'",
    ],
    [
      "a domain that nobody proved",
      /^name_proof /,
      "ROW_CHANGED",
      "UPDATE hall.name_proof SET proved_at = now() WHERE kind = 'email'",
    ],
    ["a key's scopes", /^api_key /, "ROW_CHANGED", "UPDATE hall.api_key SET scopes = '{hall:read}'"],
    ["a key's secret", /^api_key /, "ROW_CHANGED", "UPDATE hall.api_key SET key_hash = sha256(key_hash)"],
    [
      "a revoked key",
      /^api_key /,
      "ROW_CHANGED",
      "UPDATE hall.api_key SET revoked_at = NULL WHERE revoked_at IS NOT NULL",
    ],
    [
      "a key's end",
      /^api_key /,
      "ROW_CHANGED",
      "UPDATE hall.api_key SET expires_at = NULL WHERE expires_at IS NOT NULL",
    ],
    [
      "where a key may ask",
      /^api_key /,
      "ROW_CHANGED",
      "UPDATE hall.api_key SET environments = '{}' WHERE environments <> '{}'",
    ],
    [
      "where a key may be used from",
      /^api_key /,
      "ROW_CHANGED",
      "UPDATE hall.api_key SET addresses = addresses || '{10.0.0.0/8}' WHERE addresses <> '{}'",
    ],
    [
      "how often a key may be used",
      /^api_key /,
      "ROW_CHANGED",
      "UPDATE hall.api_key SET requests_per_day = NULL WHERE requests_per_day IS NOT NULL",
    ],
    [
      "whose work a key does",
      /^api_key /,
      "ROW_CHANGED",
      "UPDATE hall.api_key SET agent = 'two' WHERE agent IS NOT NULL",
    ],
    [
      "that a key was replaced",
      /^api_key /,
      "ROW_CHANGED",
      "UPDATE hall.api_key SET replaced_by = NULL WHERE replaced_by IS NOT NULL",
    ],
    [
      "a key that nobody created",
      /^api_key /,
      "ROW_ADDED",
      `INSERT INTO hall.api_key SELECT tenant_id, gen_random_uuid(), name, sha256(sha256(key_hash)), hint, identities, scopes FROM hall.api_key WHERE ${others} LIMIT 1`,
    ],
    [
      "a key that is gone",
      /^api_key /,
      "ROW_REMOVED",
      "DELETE FROM hall.api_key WHERE revoked_at IS NOT NULL",
    ],
    [
      "which record a worker has",
      /^worker /,
      "ROW_CHANGED",
      "UPDATE hall.worker w SET record_hash = (SELECT record_hash FROM hall.worker_record r WHERE r.tenant_id = w.tenant_id AND r.record_hash <> w.record_hash)",
    ],
    ["a worker that stands still", /^worker /, "ROW_CHANGED", "UPDATE hall.worker SET status = 'suspended'"],
    [
      "what a role may do",
      /^custom_role readers$/,
      "ROW_CHANGED",
      "UPDATE hall.custom_role SET permissions = permissions || '{worker:retire}' WHERE name = 'readers'",
    ],
    [
      "what the record says",
      /^worker /,
      "ROW_CHANGED",
      "UPDATE hall.worker_record SET record = replace(record, 'medium', 'low')",
    ],
    ["a worker's end", /^worker /, "ROW_CHANGED", "UPDATE hall.worker SET status = 'retired'"],
    [
      "who enrolled a record",
      /^worker_version /,
      "ROW_CHANGED",
      "UPDATE hall.worker_version SET enrolled_by = 'person:nobody' WHERE version = 1",
    ],
    [
      "what was declared of a package",
      /^package_declaration /,
      "ROW_CHANGED",
      "UPDATE hall.package_declaration SET package_hash = repeat('0', 64) WHERE superseded_at IS NULL",
    ],
    ["who is online", /^presence$/, "ROW_CHANGED", "UPDATE hall.presence SET online = NOT online"],
    [
      "where a worker is",
      /^worker_transport /,
      "ROW_CHANGED",
      "UPDATE hall.worker_transport SET url = 'http://elsewhere/' WHERE version = 2",
    ],
    [
      "a newer address",
      /^worker_transport /,
      "ROW_ADDED",
      "INSERT INTO hall.worker_transport SELECT tenant_id, worker_id, 3, digest, url, timeout_ms FROM hall.worker_transport WHERE version = 2",
    ],
    [
      "which rules hold",
      /^active_bundle$/,
      "ROW_CHANGED",
      "UPDATE hall.active_bundle a SET digest = (SELECT digest FROM hall.rule_bundle b WHERE b.tenant_id = a.tenant_id AND b.digest <> a.digest LIMIT 1)",
    ],
    [
      "what the rules say",
      /^active_bundle$/,
      "ROW_CHANGED",
      "UPDATE hall.rule_bundle SET bundle = replace(bundle, ':', ';')",
    ],
    [
      "the history of rules",
      /^bundle_publication /,
      "ROW_CHANGED",
      "UPDATE hall.bundle_publication SET note = 'another' WHERE number = 2",
    ],
    [
      "what a profile asks",
      /^profile_head /,
      "ROW_CHANGED",
      "UPDATE hall.profile SET content = replace(content, 'Own again', 'Own') WHERE content LIKE '%again%'",
    ],
    [
      "a retired profile",
      /^profile_head /,
      "ROW_CHANGED",
      "UPDATE hall.profile_head SET retired_at = NULL WHERE retired_at IS NOT NULL",
    ],
    [
      "the profile of an environment",
      /^environment_profile stage$/,
      "ROW_CHANGED",
      "UPDATE hall.environment_profile SET profile_id = NULL WHERE env = 'stage'",
    ],
    [
      "no profile for an environment",
      /^environment_profile stage$/,
      "ROW_REMOVED",
      "DELETE FROM hall.environment_profile WHERE env = 'stage'",
    ],
    [
      "a revoked certificate",
      /^certificate /,
      "ROW_CHANGED",
      "UPDATE hall.certificate SET revoked_at = NULL, revoked_by = NULL, revocation_reason = NULL, revocation_receipt_id = NULL WHERE revoked_at IS NOT NULL",
    ],
    [
      "what a certificate is for",
      /^certificate /,
      "ROW_CHANGED",
      "UPDATE hall.certificate SET environments = '{dev,prod,stage}' WHERE id = certification_id AND revoked_at IS NULL",
    ],
    [
      "a retired runner",
      /^runner_key /,
      "ROW_CHANGED",
      "UPDATE hall.runner_key SET retired_at = NULL WHERE retired_at IS NOT NULL",
    ],
    [
      "whose key a runner's is",
      /^runner_key /,
      "ROW_CHANGED",
      "UPDATE hall.runner_key SET public_key = sha256(public_key) WHERE retired_at IS NULL",
    ],
    [
      "what a worker's code has to be",
      /^worker_attestation /,
      "ROW_CHANGED",
      `UPDATE hall.worker_attestation SET package_hash = '${"b".repeat(64)}' WHERE superseded_at IS NULL`,
    ],
    [
      "what was measured",
      /^measurement /,
      "ROW_CHANGED",
      "UPDATE hall.measurement SET matches = true WHERE NOT matches AND id = (SELECT max(measurement_id::text)::uuid FROM hall.worker_flag)",
    ],
    [
      "a flag that nobody cleared",
      /^worker_flag /,
      "ROW_CHANGED",
      "UPDATE hall.worker_flag SET cleared_at = now(), cleared_by = 'person:x', clear_reason = 'x' WHERE cleared_at IS NULL",
    ],
    [
      "a flag that is gone",
      /^worker_flag /,
      "ROW_REMOVED",
      "DELETE FROM hall.worker_flag WHERE cleared_at IS NULL",
    ],
    [
      "an account that a member is given",
      /^member /,
      "ROW_CHANGED",
      "UPDATE hall.member SET account_id = gen_random_uuid() WHERE account_id IS NOT NULL AND removed_at IS NULL",
    ],
    [
      "a member's role",
      /^member /,
      "ROW_CHANGED",
      "UPDATE hall.member SET role = 'owner', custom_role = NULL WHERE role <> 'owner'",
    ],
    [
      "who was removed",
      /^member /,
      "ROW_CHANGED",
      "UPDATE hall.member SET removed_at = NULL WHERE removed_at IS NOT NULL",
    ],
    [
      "a member that nobody invited",
      /^member /,
      "ROW_ADDED",
      `INSERT INTO hall.member (tenant_id, id, display_name, role, joined_at) SELECT tenant_id, gen_random_uuid(), 'Eve', 'owner', now() FROM hall.runner_key LIMIT 1`,
    ],
    [
      "a session that nobody began",
      /^session /,
      "ROW_ADDED",
      `INSERT INTO hall.session (tenant_id, id, member_id, token_hash, expires_at) SELECT tenant_id, gen_random_uuid(), id, sha256('mine'), now() + interval '1 h' FROM hall.member WHERE ${others} LIMIT 1`,
    ],
    [
      "whose a session is",
      /^session /,
      "ROW_CHANGED",
      "UPDATE hall.session SET token_hash = sha256(token_hash) WHERE ended_at IS NULL",
    ],
    [
      "a session that ended",
      /^session /,
      "ROW_CHANGED",
      "UPDATE hall.session SET ended_at = NULL WHERE ended_at IS NOT NULL",
    ],
    [
      "how fresh a session is",
      /^session /,
      "ROW_CHANGED",
      "UPDATE hall.session SET step_up_at = now() + interval '1 h' WHERE ended_at IS NULL",
    ],
    [
      "a link that nobody sent",
      /^sign_in_link /,
      "ROW_ADDED",
      `INSERT INTO hall.sign_in_link (tenant_id, id, member_id, token_hash, expires_at) SELECT tenant_id, gen_random_uuid(), id, sha256('mine'), now() + interval '1 h' FROM hall.member WHERE ${others} LIMIT 1`,
    ],
    [
      "whom a link lets in",
      /^sign_in_link /,
      "ROW_CHANGED",
      "UPDATE hall.sign_in_link SET token_hash = sha256(token_hash)",
    ],
    [
      "whether an agreement is in force",
      /^agreement /,
      "ROW_CHANGED",
      "UPDATE hall.agreement SET state = 'active' WHERE state IN ('suspended', 'terminated')",
    ],
    [
      "which version of an agreement is in force",
      /^agreement /,
      "ROW_CHANGED",
      "UPDATE hall.agreement SET version = 1 WHERE version = 2",
    ],
    [
      "an agreement's terms",
      /^agreement_version /,
      "ROW_CHANGED",
      "ALTER TABLE hall.agreement_version DROP CONSTRAINT digest_is_of_the_document; UPDATE hall.agreement_version SET document = replace(document, 'INTERNAL', 'RESTRICTED')",
    ],
    [
      "an agreement's terms and their digest",
      /^agreement_version /,
      "ROW_CHANGED",
      "UPDATE hall.agreement_version SET document = replace(document, 'Summaries', 'Anything'), digest = 'sha256:' || encode(sha256(convert_to(replace(document, 'Summaries', 'Anything'), 'UTF8')), 'hex') WHERE activated_at IS NOT NULL",
    ],
    [
      "that an agreement was signed",
      /^agreement_version /,
      "ROW_CHANGED",
      "UPDATE hall.agreement_version SET signed_by = 'person:another' WHERE signed_at IS NOT NULL",
    ],
    [
      "the Hall's own signature under an agreement",
      /^agreement_version /,
      "ROW_CHANGED",
      "UPDATE hall.agreement_version SET countersignature = '{}' WHERE countersigned_at IS NOT NULL",
    ],
    [
      "what was asked of an officer",
      /^certification_request /,
      "ROW_CHANGED",
      "UPDATE hall.certification_request SET data_labels = '{RESTRICTED}'",
    ],
    [
      "what an officer refused",
      /^certification_request /,
      "ROW_CHANGED",
      "UPDATE hall.certification_request SET state = 'open', decided_at = NULL, decided_by = NULL, decision_receipt_id = NULL, reason = NULL, checklist = NULL WHERE state = 'refused'",
    ],
    [
      "that somebody was reminded",
      /^certificate_reminder /,
      "ROW_REMOVED",
      "DELETE FROM hall.certificate_reminder",
    ],
    [
      "that a bundle runs beside",
      /^shadow_run /,
      "ROW_CHANGED",
      "UPDATE hall.shadow_run SET ended_at = now() WHERE ended_at IS NULL",
    ],
    [
      "who consented to a draft",
      /^bundle_draft /,
      "ROW_CHANGED",
      "UPDATE hall.bundle_draft SET consent_by = 'person:another' WHERE consent_by IS NOT NULL",
    ],
    [
      "an alert that is gone",
      /^alert /,
      "ROW_REMOVED",
      "DELETE FROM hall.alert WHERE id = (SELECT min(id::text)::uuid FROM hall.alert)",
    ],
  ];

  it.each(EDITS)("raises an alert of the tenant for an edit of %s", async (_, place, code, sql) => {
    await insideEdit(sql, async () => {
      const found = await auditor.audit();
      expect(found.length).toBeGreaterThan(0);
      for (const finding of found) {
        expect(finding).toMatchObject({ chain: tenant.id, code });
        expect(finding.place).toMatch(place);
      }
      expect((await newestAlert(tenant.id)).findings).toEqual(
        found.map(({ place, code }) => ({ place, code })),
      );
      const shown = await hall.ask<{ alerts: { code: string; level: string; message: string }[] }>(
        "GET",
        "/alerts",
        {
          key: tenant.key,
        },
      );
      if (shown.status === 200)
        expect(shown.body.alerts[0]).toMatchObject({ code: "STATE_MISMATCH", level: "error" });
      // Told once, and by nobody else who reads the log.
      expect(await auditor.audit()).toEqual([]);
      expect(await newAuditor().audit()).toEqual([]);
    });
  });

  it("does not miss what has expired, and finds it where somebody lets it live on", async () => {
    const expired = new Date(hall.hall.clock.now() - 60_000);
    await addLink(hall.hall, tenant.id, tenant.operatorId, { expiresAt: expired });
    expect(await auditor.audit()).toEqual([]);
    const sql = "UPDATE hall.sign_in_link SET expires_at = now() + interval '1 h' WHERE expires_at < now()";
    await insideEdit(sql, async () => {
      const [found, ...more] = await auditor.audit();
      expect(found).toMatchObject({ code: "ROW_CHANGED", place: expect.stringMatching(/^sign_in_link /) });
      expect(more).toEqual([]);
    });
  });

  const EDITS_OF_HALL: readonly [what: string, place: RegExp, code: string, sql: string][] = [
    [
      "an identity that a tenant was not given",
      /^signatory_identity /,
      "ROW_ADDED",
      `INSERT INTO hall.signatory_identity (tenant_id, identity) SELECT tenant_id, 'another ß 𝔘 ' FROM hall.runner_key LIMIT 1`,
    ],
    [
      "an identity that is gone",
      /^signatory_identity /,
      "ROW_REMOVED",
      "DELETE FROM hall.signatory_identity",
    ],
    ["a tenant's standing", /^tenant /, "ROW_CHANGED", "UPDATE hall.tenant SET standing = 'grace'"],
    [
      "a link that would make another operator",
      /^founding_link /,
      "ROW_ADDED",
      `INSERT INTO hall.founding_link (id, kind, token_hash, created_at, expires_at)
       VALUES (gen_random_uuid(), 'first_run', sha256('a guess'), 'epoch', now() + interval '1 hour')`,
    ],
    [
      "somebody who operates the Hall on nobody's word",
      /^member /,
      "ROW_ADDED",
      `INSERT INTO hall.member (tenant_id, id, display_name, role, joined_at)
       VALUES ('${HALL_CHAIN}', gen_random_uuid(), 'Nobody', 'owner', now())`,
    ],
    ["a released namespace", /^namespace x/, "ROW_CHANGED", "UPDATE hall.namespace SET released_at = NULL"],
    [
      "a retired namespace key",
      /^namespace_key /,
      "ROW_CHANGED",
      "UPDATE hall.namespace_key SET public_key = sha256(public_key)",
    ],
    [
      "a key of the log",
      /^hall_key /,
      "ROW_CHANGED",
      "UPDATE hall.hall_key SET spki = spki || spki WHERE state = 'active' AND role = 'ca'",
    ],
    [
      "a retired key of the log",
      /^hall_key /,
      "ROW_CHANGED",
      "DROP INDEX hall.hall_key_active; UPDATE hall.hall_key SET state = 'active', retired_by = NULL WHERE state = 'retired'",
    ],
    [
      "a key for grants",
      /^grant_key /,
      "ROW_ADDED",
      "INSERT INTO hall.grant_key SELECT 'x', public_key, not_before, not_after FROM hall.grant_key LIMIT 1",
    ],
    [
      "the authority's certificate",
      /^authority /,
      "ROW_CHANGED",
      "UPDATE hall.authority SET der = der || der",
    ],
  ];

  it.each(EDITS_OF_HALL)("raises an alert of the Hall for an edit of %s", async (_, place, code, sql) => {
    await insideEdit(sql, async () => {
      const found = await auditor.audit();
      expect(found.length).toBeGreaterThan(0);
      for (const finding of found) {
        expect(finding).toMatchObject({ chain: HALL_CHAIN, code });
        expect(finding.place).toMatch(place);
      }
      expect((await newestAlert(HALL_CHAIN)).count).toBe(found.length);
      expect(await auditor.audit()).toEqual([]);
    });
  });

  it("finds nothing of the first who operates the Hall, of their tenant, and of their sessions", async () => {
    const body = {
      token: new URL(firstRun).searchParams.get("token"),
      ...{ tenant: "first-house", name: "First", email: "first@example.test", display_name: "Ada" },
      password: "copper lantern walks uphill",
    };
    expect((await hall.ask("POST", "/wcp/tenants", { body })).status).toBe(201);
    const { email, password } = body;
    const begun = await hall.ask("POST", "/wcp/session/begin", {
      body: { email, password, tenant: "platform" },
    });
    expect(begun.status).toBe(201);
    expect(await auditor.audit()).toEqual([]);
    expect(await newAuditor().audit()).toEqual([]);
  });
});

function isEditOf(table: string, sql: string): boolean {
  return new RegExp(`(?:UPDATE|INTO|DELETE FROM) ${table.replace(".", "[.]")}[ (]?`).test(`${sql} `);
}

/** Saves the tables that the edit names, edits, looks, and puts them back, but for the alerts that came meanwhile. */
async function insideEdit(sql: string, look: () => Promise<void>): Promise<void> {
  const tables = [...new Set([...sql.matchAll(/hall\.([a-z_]+)/g)].map(([, name]) => name!))].filter(
    (name) => name !== "hall_key_active",
  );
  const schema = `saved_${randomBytes(4).toString("hex")}`;
  await house.admin.query(
    `CREATE SCHEMA ${schema}; ${tables.map((name) => `CREATE TABLE ${schema}.${name} AS TABLE hall.${name}`).join("; ")}`,
  );
  await edit(sql);
  await look();
  await edit(
    tables
      .map((name) =>
        name === "alert"
          ? `INSERT INTO hall.alert SELECT * FROM ${schema}.alert ON CONFLICT DO NOTHING`
          : `DELETE FROM hall.${name}; INSERT INTO hall.${name} SELECT * FROM ${schema}.${name}`,
      )
      .join("; "),
  );
  // Right again: nothing to tell, and the same edit would be told once more.
  expect(await auditor.audit()).toEqual([]);
}

it("in small pieces, while two instances are at work, never takes work for an edit, and finds one edit after it", async () => {
  const busy = await Promise.all([settle(hall, worker), settle(second, worker), addTenant(hall.hall)]);
  const pieces = newAuditor({ readsARound: 1000, pageSize: 7 });
  let running = true;
  let acts = 0;
  const at = (n: number) => (n % 2 === 0 ? hall : second);
  const lanes = [0, 1, 2, 3].map(async (lane) => {
    for (let n = lane; running; n++) {
      const { key, identity, ...one } = busy[n % busy.length]!;
      const operator = "operator" in one ? one.operator : key;
      const work: [string, string, object | string, string][] = [
        ["POST", "/wcp/keys", { name: `k${n}`, identities: [identity] }, operator],
        ["POST", "/enroll", withHash({ ...RECORD, owner: `org.test-${n}` }), key],
        [
          "PUT",
          `/wcp/workers/${RECORD.worker_id}/transport`,
          { kind: "http", url: `${worker.url}/${n}` },
          key,
        ],
        ["POST", "/wcp/rules/publish", { bundle: canonicalJson(DEMO_RULES), note: `${n}` }, operator],
        [
          "PUT",
          "/wcp/profiles/prof.test.busy",
          { profile: { profile_id: "prof.test.busy", name: `${n}` } },
          operator,
        ],
        ["PUT", "/wcp/environments/edge/profile", { profile_id: n % 3 ? "prof.test.busy" : null }, operator],
        ["POST", "/wcp/route", request(identity), key],
      ];
      const [method, path, body, as] = work[n % work.length]!;
      const { status } = await at(n).ask(method, path, { key: as, body });
      if (status < 300) acts += 1;
    }
  });
  try {
    for (let round = 0; round === 0 || pieces.sweeps() < 4 || acts < 80; round++)
      expect(await pieces.audit(), `round ${round}`).toEqual([]);
  } finally {
    running = false;
    await Promise.all(lanes);
  }
  await edit(
    `UPDATE hall.environment_profile SET profile_id = 'prof.dev.permissive' WHERE tenant_id = '${busy[0].id}'`,
  );
  const found = [];
  for (let from = pieces.sweeps(); found.length === 0 && pieces.sweeps() < from + 3; )
    found.push(...(await pieces.audit()));
  expect(found).toMatchObject([
    { chain: busy[0].id, place: "environment_profile edge", code: "ROW_CHANGED" },
  ]);
}, 120_000);
