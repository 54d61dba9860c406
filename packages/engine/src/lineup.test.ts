import { RuleBundle, type SpeciesId, WorkerRecord } from "@guildhall/protocol";
import { expect, it } from "vitest";
import { compile } from "./compile.ts";
import { type Lineup, lineupOf } from "./lineup.ts";
import { type SnapshotWorker, snapshotWorker } from "./snapshot.ts";

const SPECIES = "wrk.doc.summarizer" as SpeciesId;

function program(capability: unknown = "cap.doc.summarize", species = [SPECIES as string]) {
  const rule = (rule_id: string) => ({
    rule_id,
    match: { capability_id: capability },
    decision: { candidate_workers_ranked: species.map((worker_species_id) => ({ worker_species_id })) },
  });
  return compile(RuleBundle.parse({ rules: [rule("first"), rule("second")] }), "digest");
}

function fleet(size: number, fields: object = {}): ReadonlyMap<SpeciesId, readonly SnapshotWorker[]> {
  const workers = Array.from({ length: size }, (_, n) => {
    const record = WorkerRecord.parse({
      worker_id: `org.acme.summarizer.i-${n}`,
      worker_species_id: SPECIES,
      capabilities: ["cap.doc.summarize"],
      artifact_hash: `sha256:${"0".repeat(64)}`,
      ...fields,
    });
    return snapshotWorker(record, { recordHash: "", transportDigest: "", available: true });
  });
  return new Map(size === 0 ? [] : [[SPECIES, workers]]);
}

const ids = ({ first, others }: Lineup) => [first, ...others].map((place) => place?.worker?.workerId ?? null);

it.each([1, 4, 5, 40])("of %i workers all are in line, in their order, however often it is asked", (size) => {
  const workers = fleet(size);
  const lineup = lineupOf(program(), 0, workers);
  const expected = Array.from({ length: size }, (_, n) => `org.acme.summarizer.i-${n}`);
  expect([ids(lineup), ids(lineup), lineup.total]).toEqual([expected, expected, size]);
});

it("says of the rule, its first candidate and that worker what they say themselves", () => {
  const one = program();
  const workers = fleet(1);
  const { rule, first } = lineupOf(one, 1, workers);
  expect(rule).toStrictEqual(one.rules[1]);
  expect(first!.candidate).toStrictEqual(one.rules[1]!.candidates[0]);
  expect(first!.worker).toStrictEqual(workers.get(SPECIES)![0]);
  expect(Object.isFrozen(rule)).toBe(true);
});

it("is kept for a rule, and for that rule only", () => {
  const one = program();
  const workers = fleet(1);
  const lineup = lineupOf(one, 0, workers);
  expect(lineupOf(one, 0, workers)).toBe(lineup);
  expect(lineupOf(one, 1, workers)).not.toBe(lineup);
});

it("keeps of a rule with more than four places the first alone", () => {
  const one = program();
  const placesOf = (workers: ReturnType<typeof fleet>) => [
    [...lineupOf(one, 0, workers).others][0],
    [...lineupOf(one, 0, workers).others][0],
  ];
  const [few, fewAgain] = placesOf(fleet(4));
  expect(fewAgain).toBe(few);
  const [many, manyAgain] = placesOf(fleet(5));
  expect(manyAgain).not.toBe(many);
});

it("is made anew where the fleet or the rules are others", () => {
  const one = program();
  expect(ids(lineupOf(one, 0, fleet(1)))).toEqual(["org.acme.summarizer.i-0"]);
  expect(ids(lineupOf(one, 0, fleet(0)))).toEqual([null]);
  const workers = fleet(1);
  const other = program("cap.doc.summarize", ["wrk.doc.translator", SPECIES]);
  expect(ids(lineupOf(one, 0, workers))).toEqual(["org.acme.summarizer.i-0"]);
  expect(ids(lineupOf(other, 0, workers))).toEqual([null, "org.acme.summarizer.i-0"]);
});

it.each([
  ["cap.doc.summarize", {}, true],
  ["cap.doc.summarize", { capabilities: ["cap.doc.translate"] }, false],
  [{ in: ["cap.doc.summarize", "cap.doc.translate"] }, {}, null],
  ["cap.doc.*", {}, null],
  [{ any: true }, {}, null],
])(
  "of a rule for %j and a worker with %j it is told beforehand whether it serves: %j",
  (capability, fields, serves) => {
    const one = program(capability);
    const { first } = lineupOf(one, 0, fleet(1, fields));
    expect(first!.serves).toBe(serves);
  },
);
