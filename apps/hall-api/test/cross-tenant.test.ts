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
const WITHOUT: Record<string, string> = {};

it("every column of every tenant's table holds a canary of each, or says why it cannot", () => {
  const { columns, possible, all } = world.canaries;
  expect(possible.filter((column) => !columns.has(column) && !(column in WITHOUT))).toEqual([]);
  expect(Object.keys(WITHOUT).filter((column) => columns.has(column) || !possible.includes(column))).toEqual(
    [],
  );
  expect(all.size).toBeGreaterThan(200);
});

// First, while nobody here has typed an id of the other: what was asked for stands in one's own decisions.
it("every door that only shows opens to its owner, and shows nothing of the other", async ({ task }) => {
  expectClean(await sweepOwn(world, finder, world.living), 500, task);
  // Whose they are sees them: so whoever does not see them was kept from them.
  expect(finder.seen.size).toBeGreaterThan(60);
});

/** How what is nobody's is refused, where that is not 404. */
const ANSWERS: Answers = {
  "key.create": 400,
  "decision.route": 200,
  "dispatch.start": 200,
  "certificate.list": 200,
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
