import fastify, { type FastifyReply } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../src/app.ts";
import { seeded } from "./crash/random.ts";
import { CASES, GOOD } from "./probes/cases.ts";
import { expectClean } from "./probes/count.ts";
import { doorsOf } from "./probes/doors.ts";
import { type LeakFinder, leakFinder } from "./probes/judge.ts";
import { type Answers, sweepForeign, sweepInterleaved, sweepOwn } from "./probes/sweep.ts";
import { createWorld, type World } from "./probes/world.ts";

/**
 * H-100, H-101: every door with ids of another tenant, by everybody who may use it. What is somebody else's answers like what
 * is nobody's: status, headers and body. Every answer is searched for whatever stands in the other's rows.
 */

let world: World;
let finder: LeakFinder;

beforeAll(async () => {
  world = await createWorld();
  finder = leakFinder(world.canaries);
}, 120_000);
afterAll(() => world?.close());

it("every route that the router has is an operation with its case", () => {
  expect(world.missing).toEqual([]);
  expect(world.doors.length).toBeGreaterThan(200);
});

/** Columns in which nothing stands that only one tenant could have, and why. */
const WITHOUT: Record<string, string> = {
  "hall.tenant.skeleton": "the slug as it is drawn, and the slug has one",
  ...because(
    "one of a few words",
    "hall.agreement.state hall.alert.code hall.alert.level hall.api_key.environments hall.api_key.scopes",
    "hall.bundle_draft.status hall.certificate.capabilities hall.certificate.data_labels hall.certificate.environments",
    "hall.certificate.revocation_reason hall.certification_request.capabilities hall.certification_request.data_labels",
    "hall.certification_request.environments hall.certification_request.state hall.custom_role.permissions",
    "hall.name_proof.kind hall.dispatch.state hall.environment_profile.env hall.measurement.method hall.member.role hall.presence.standing",
    "hall.pending_approval.data_label hall.pending_approval.env hall.pending_approval.level hall.pending_approval.state",
    "hall.session.factors hall.sign_in_link.purpose hall.tenant.standing hall.worker.status",
    "hall.worker_attestation.method ledger.receipt.kind",
  ),
  ...because(
    "the same for every tenant here",
    "hall.agreement_version.countersigning_key_id hall.certificate.authority_key_id hall.measurement.hash",
    "hall.api_key.addresses hall.pending_approval.capability_id hall.worker.species_id hall.worker_version.species_id",
    "hall.worker_attestation.package_hash hall.worker_attestation.worker_version",
  ),
  ...because(
    "public",
    "hall.package_declaration.package_hash hall.package_declaration.label hall.package_declaration.worker_version",
    "ledger.chain_head.head_hash ledger.receipt.receipt_hash ledger.receipt_signature.signature",
  ),
  ...because("the first characters of a secret, too few to look for", "hall.api_key.hint"),
  ...because("letters that look alike, drawn as one", "hall.namespace.skeleton hall.tenant.skeleton"),
  ...because(
    "empty here",
    "hall.agreement_use.agreement_id hall.agreement_use.period hall.agreement_use.tenant_id hall.alert.capability_id",
    "hall.api_key.replaced_by hall.bundle_draft.consent_by hall.certificate_reminder.certificate_id",
    "hall.certificate_reminder.receipt_id hall.certificate_reminder.tenant_id hall.certification_request.certificate_id",
    "hall.certification_request.checklist hall.certification_request.reason hall.member.custom_role hall.pending_approval.asked_by",
    "hall.package_declaration.ai_model hall.package_declaration.ai_service hall.package_declaration.ai_session",
    "hall.shadow_difference.code_after hall.shadow_difference.code_before hall.shadow_difference.decision_id",
    "hall.shadow_difference.first_difference hall.shadow_difference.outcome_after hall.shadow_difference.outcome_before",
    "hall.shadow_difference.rule_after hall.shadow_difference.rule_before hall.shadow_difference.run_id",
    "hall.shadow_difference.tenant_id hall.shadow_difference.worker_after hall.shadow_difference.worker_before",
    "hall.session.sso_connection_id hall.sso_completed.connection_id hall.sso_completed.flow_id",
    "hall.sso_completed.tenant_id hall.sso_connection.client_id hall.sso_connection.client_secret",
    "hall.sso_connection.id hall.sso_connection.issuer hall.sso_connection.join_role hall.sso_connection.tenant_id",
    "hall.session.address hall.session.challenge hall.session.challenge_purpose hall.worker_attestation.image_digest hall.worker_attestation.worker_key hall.worker_transport.tls_pin",
  ),
};

function because(why: string, ...columns: string[]): Record<string, string> {
  return Object.fromEntries(columns.flatMap((line) => line.split(" ").map((column) => [column, why])));
}

it("every column of every tenant's table holds a canary of each, or says why it cannot", () => {
  const { columns, possible, all } = world.canaries;
  // A new one: give it a text of its own in probes/lived.ts, or a reason above.
  expect(possible.filter((column) => !columns.has(column) && !(column in WITHOUT))).toEqual([]);
  expect(Object.keys(WITHOUT).filter((column) => columns.has(column) || !possible.includes(column))).toEqual(
    [],
  );
  expect(all.size).toBeGreaterThan(200);
});

// First, while nobody here has typed an id of the other: what was asked for stands in one's own decisions.
it("H-108 every door that only shows opens to its owner, shows nothing of the other, and changes no row", async ({
  task,
}) => {
  await world.hall.hall.ledger.sealer.sealCommitted();
  const before = await stored();
  expect(Object.keys(before).length).toBeGreaterThan(40);
  expectClean(await sweepOwn(world, finder, world.living), 500, task);
  // Whose they are sees them: so whoever does not see them was kept from them.
  expect(finder.seen.size).toBeGreaterThan(40);
  expect(await stored()).toEqual(before);
}, 120_000);

/** Everything that is stored, in short. Counts of use, lists of revocations and seals are written when their time has come. */
async function stored(): Promise<Record<string, string>> {
  const { admin } = world.house;
  const { rows: tables } = await admin.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('hall', 'ledger') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname NOT IN ('key_use', 'revocation_list', 'checkpoint', 'seal_head')`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await admin.query<{ digest: string }>(
      `SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS digest FROM ${name} t`,
    );
    digests[name] = rows[0]!.digest;
  }
  return digests;
}

/** How what is nobody's is refused, where that is not 404. */
const ANSWERS: Answers = {
  "key.create": 400,
  "decision.route": 200,
  "dispatch.start": 200,
  "certificate.list": 200,
  // One's own worker has another record, whoever has this one.
  "certificate.issue record_hash": 409,
  "certification.request record_hash": 409,
};

it("what is the other tenant's answers like what is nobody's", async ({ task }) => {
  const probes = { credentials: world.living, answers: ANSWERS };
  expectClean(await sweepForeign(world, finder, probes), 2000, task);
}, 120_000);

it("1,000 requests of two tenants in turn, over a pool of one connection, show each what is its own", async ({
  task,
}) => {
  const hall = await world.house.open({}, undefined, { appConnections: 1 });
  try {
    const { app } = hall;
    const seed = Date.now() % 2 ** 31;
    const sweep = await sweepInterleaved({ ...world, app }, finder, { requests: 1000, random: seeded(seed) });
    expectClean(sweep, 1000, task);
  } finally {
    await hall.stop();
  }
}, 120_000);

describe("the suite turns red where", () => {
  it("a route is added that no case covers", async () => {
    const app = await createApp(world.hall.hall);
    app.get("/wcp/leaky/:id", async () => ({}));
    expect(doorsOf(app).missing).toEqual(
      ["GET", "HEAD"].map((verb) => expect.stringMatching(`no case for ${verb} /wcp/leaky/:id: add `)),
    );
    await app.close();
  });

  it("a field or a good input is missing from a case", () => {
    const { "draft.save": fields } = CASES;
    const { "draft.save": good } = GOOD;
    const { id: _, ...rest } = fields!;
    Object.assign(CASES, { "draft.save": rest });
    Object.assign(GOOD, { "draft.save": {} });
    try {
      const { missing } = doorsOf(world.app);
      const rest = 'no case for PUT /wcp/rules/drafts/:id: add id to "draft.save" in CASES of';
      expect(missing.some((line) => line.startsWith(rest))).toBe(true);
      expect(missing.some((line) => /add a good input for "draft.save" to GOOD of/.test(line))).toBe(true);
    } finally {
      Object.assign(CASES, { "draft.save": fields });
      Object.assign(GOOD, { "draft.save": good });
    }
  });

  it("a route says of another's that it is not theirs, in its status, its headers or its body", async () => {
    const { theirs } = world;
    const [draft] = theirs.ids.draft;
    const door = world.doors.find(({ says }) => says === "GET /wcp/rules/drafts/:id")!;
    const leaks: [string, (id: string, reply: FastifyReply) => unknown][] = [
      ["status", (id, reply) => reply.code(id === draft ? 403 : 404).send({})],
      [
        "header",
        (id, reply) =>
          reply
            .code(404)
            .header("x-held", id === draft ? "1" : "0")
            .send({}),
      ],
      ["body", (id, reply) => reply.code(404).send({ known: id === draft })],
      ["canary in a header", (_, reply) => reply.code(404).header("x-by", theirs.sessions.owner).send({})],
      ["canary in a body", (_, reply) => reply.code(404).send({ by: `note of ${theirs.mark}` })],
    ];
    for (const [what, leak] of leaks) {
      const app = fastify();
      app.get<{ Params: { id: string } }>("/wcp/rules/drafts/:id", ({ params }, reply) =>
        leak(params.id, reply),
      );
      const leaky = { ...world, doors: [door], app: app as unknown as World["app"] };
      const asked = { credentials: world.living.slice(0, 1), answers: ANSWERS };
      const { faults } = await sweepForeign(leaky, finder, asked);
      const expected = what.startsWith("canary") ? /shows owner/ : /tells owner apart/;
      expect(
        faults.some((fault) => expected.test(fault)),
        what,
      ).toBe(true);
      await app.close();
    }
  });

  // The database is this file's own and thrown away.
  it.each([
    ["hall.member", "GET /wcp/members"],
    ["hall.bundle_draft", "GET /wcp/rules/drafts"],
    ["hall.api_key", "GET /trpc/key.list"],
  ])("a policy of %s lets everybody in", async (table, says) => {
    const { admin } = world.house;
    const doors = world.doors.filter((door) => door.says === says);
    const asked = world.living.slice(0, 1);
    const sweep = () => sweepOwn({ ...world, doors }, leakFinder(world.canaries), asked);
    expect((await sweep()).faults).toEqual([]);
    await admin.query(`ALTER POLICY tenant ON ${table} USING (true)`);
    expect((await sweep()).faults.filter((fault) => fault.includes(`shows owner ${table}.`))).not.toEqual([]);
    const alone = await world.house.open({}, undefined, { appConnections: 1 });
    const one = { ...world, doors, app: alone.app };
    const options = { requests: 50, random: seeded(1) };
    expect((await sweepInterleaved(one, leakFinder(world.canaries), options)).faults).not.toEqual([]);
    await alone.stop();
    await admin.query(
      `ALTER POLICY tenant ON ${table} USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
    );
  });
});
