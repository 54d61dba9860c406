import { appendFileSync, copyFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createChecker, type Evidence } from "./checker.ts";
import { type CrashServer, startCrashServer } from "./crash-server.ts";
import { acknowledged, type Question } from "./driver.ts";
import type { Violation } from "./knowledge.ts";
import { seeded } from "./random.ts";
import { EDDSA, signatureLine } from "./read-sign-log.ts";
import { judge } from "./rounds.ts";
import { createWorld, type World } from "./world.ts";

/** The judge of the crash tests, given histories in which one thing was planted (RELIABILITY 4.1, rule 1). */

let server: CrashServer;
let world: World;
let evidence: Evidence;

beforeAll(async () => {
  server = await startCrashServer();
  world = await createWorld({ server, random: seeded(1), lanes: 8 });
  await world.work(40);
  expect(await judge(world)).toEqual([]);
});
afterAll(async () => {
  await world?.stop();
  await server?.stop();
});
beforeEach(() => {
  evidence = { ...world.evidence };
});

async function found(): Promise<Violation["invariant"][]> {
  const violations = await createChecker(evidence).checkAll();
  return [...new Set(violations.map(({ invariant }) => invariant))].sort();
}

/** A question of the right kind, as it stands in the driver's log. */
function question(fits: (question: Question) => boolean): Question {
  return world.evidence.questions.find(fits)!;
}
const wasTold = ({ answers }: Question) => answers.some((answer) => acknowledged(answer) !== null);
const wasDone = ({ marker }: Question) => world.evidence.worked.some((work) => work.marker === marker);

/** Runs SQL that no Hall could, looks, and undoes it by the SQL that is given second. */
async function tampered(change: string, undo: string): Promise<Violation["invariant"][]> {
  const sql = (text: string) =>
    world.admin.query(`SET session_replication_role = replica; ${text}; RESET session_replication_role`);
  await sql(change);
  try {
    return await found();
  } finally {
    await sql(undo);
  }
}

describe("the judge sees", () => {
  it("nothing where nothing was planted", async () => {
    expect(await found()).toEqual([]);
  });

  it("an acknowledged receipt that is not stored", async () => {
    const told = question(wasTold);
    const text = JSON.stringify(told.answers.find((answer) => acknowledged(answer) !== null)).replaceAll(
      acknowledged(told.answers[0]!)!.receipt.receipt_id,
      "01a20000-0000-7000-8000-000000000000",
    );
    evidence.questions = [...evidence.questions, { ...told, answers: [JSON.parse(text)] }];
    expect(await found()).toEqual(["I1"]);
  });

  it("two decisions told for one question", async () => {
    const [one, other] = world.evidence.questions.filter(wasTold);
    evidence.questions = [{ ...one!, answers: [...one!.answers, ...other!.answers] }];
    expect(await found()).toEqual(["I1"]);
  });

  it("a stored body that was changed", async () => {
    const swap = (from: string, to: string) =>
      `ALTER TABLE ledger.receipt DROP CONSTRAINT IF EXISTS receipt_hash_is_of_body;
       UPDATE ledger.receipt SET body = convert_to(replace(convert_from(body, 'UTF8'), '"${from}"', '"${to}"'), 'UTF8') WHERE leaf_index = 3`;
    expect(
      await tampered(
        swap("wcp-0.2/receipt-1", "wcp-0.2/receipt-2"),
        swap("wcp-0.2/receipt-2", "wcp-0.2/receipt-1"),
      ),
    ).toContain("I2");
  });

  it("a chain whose last receipt was cut off", async () => {
    const cut = `CREATE TABLE IF NOT EXISTS public.cut AS SELECT * FROM ledger.receipt ORDER BY leaf_index DESC LIMIT 1;
      DELETE FROM ledger.receipt WHERE leaf_index = (SELECT leaf_index FROM public.cut)`;
    expect(await tampered(cut, "INSERT INTO ledger.receipt SELECT * FROM public.cut")).toContain("I2");
  });

  it("a checkpoint of another tree", async () => {
    const [first] = (
      await world.admin.query("SELECT tree_size::int AS size, note FROM ledger.checkpoint ORDER BY 1 LIMIT 1")
    ).rows;
    const set = (note: string) =>
      `UPDATE ledger.checkpoint SET note = ${note} WHERE tree_size = ${first.size}`;
    const other = "(SELECT note FROM ledger.checkpoint ORDER BY tree_size DESC LIMIT 1)";
    expect(await tampered(set(other), set(pg.escapeLiteral(first.note)))).toEqual(["I3"]);
  });

  it("work that began before its seal was stored, and work that began twice", async () => {
    const [work] = world.evidence.worked;
    evidence.worked = [{ ...work!, sealedSize: work!.leafIndex! }, ...world.evidence.worked.slice(1)];
    expect(await found()).toEqual(["I4"]);
    evidence.worked = [...world.evidence.worked, work!];
    expect(await found()).toEqual(["I4"]);
  });

  it("a signature over a receipt that was never stored, and two checkpoints of one size", async () => {
    const log = (line: string) => {
      const signLog = `${world.evidence.signLog}.planted`;
      copyFileSync(world.evidence.signLog, signLog);
      appendFileSync(signLog, signatureLine({ pid: 1, mechanism: EDDSA, data: line }));
      evidence.signLog = signLog;
    };
    log("ab".repeat(32));
    expect(await found()).toEqual(["I5"]);
    log(`crash.test/log\n5\n${Buffer.alloc(32).toString("base64")}\n`);
    expect(await found()).toEqual(["I5"]);
  });

  it("work of a question that was refused", async () => {
    const done = question(wasDone);
    const refused = { status: 503, text: "{}" };
    evidence.questions = evidence.questions.map((q) =>
      q === done ? { ...q, asked: 1, answers: [refused] } : q,
    );
    expect(await found()).toEqual(["I6"]);
  });

  it("a dispatch that says another end than its receipt, and one that never ended", async () => {
    const { decisionId } = world.evidence.worked[0]!;
    const set = (state: string) => `UPDATE hall.dispatch SET state = '${state}' WHERE id = '${decisionId}'`;
    const { state } = (await world.admin.query("SELECT state FROM hall.dispatch WHERE id = $1", [decisionId]))
      .rows[0];
    expect(await tampered(set("aborted"), set(state))).toEqual(["I6"]);
  });
});
