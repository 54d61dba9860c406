import type { Decision, Instant } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { decide, type ReplayMaterial, replay } from "../src/index.ts";
import { readVector, type Trial, vectors } from "./vector.ts";

/** Everything that the receipt of a trial names by digest, as it would have been stored. */
function materialOf({ program, snapshot, materials }: Trial): ReplayMaterial {
  return {
    program: (digest) => (digest === program.digest ? program : null),
    record: (hash) => materials.records.get(hash) ?? null,
    profile: (digest) => materials.profiles.get(digest) ?? null,
    agreement: (digest) => materials.agreements.get(digest) ?? null,
    certificate: (digest) =>
      [...snapshot.certificates.values()].flat().find((certificate) => certificate.digest === digest) ?? null,
    payload: materials.body,
  };
}

const trials = vectors()
  .filter((vector) => vector.name !== "a-failure-inside-is-a-denial")
  .flatMap((vector) => vector.trials.map((trial) => ({ name: `${vector.name}: ${trial.name}`, trial })));

describe("replay", () => {
  it.each(trials)("derives the decision again: $name", ({ trial }) => {
    const { program, snapshot, request, nowMs } = trial;
    const recorded = decide(program, snapshot, request, nowMs);
    const at = new Date(nowMs).toISOString() as Instant;
    if (Date.parse(at) !== nowMs) return; // an instant has milliseconds; the vector's clock does not
    const stored = asStored(recorded);
    // Only what was wrong with a request is found nowhere but in its payload.
    const payload = stored.inputs.problems === undefined ? undefined : trial.materials.body;
    const answer = replay(stored, at, { ...materialOf(trial), payload });
    expect(answer).toMatchObject({ outcome: "same", notDerivable: [] });
    if (answer.outcome === "same") expect(answer.derived).toStrictEqual(stored);
  });
});

describe("replay of what is not all there any more", () => {
  const find = (name: string, at = 0) => vectors().find((vector) => vector.name === name)!.trials[at]!;
  const attempt = (name: string, material: Partial<ReplayMaterial>, at = 0) => {
    const trial = find(name, at);
    const recorded = decide(trial.program, trial.snapshot, trial.request, trial.nowMs);
    const decidedAt = new Date(trial.nowMs).toISOString() as Instant;
    return replay(asStored(recorded), decidedAt, { ...materialOf(trial), ...material });
  };
  const gone = () => null;

  it.each<[string, string, string, Partial<ReplayMaterial>]>([
    ["rule", "bundle bundle-1 is not there", "a-matching-rule-allows", { program: gone }],
    ["worker", "record record-1 is not there", "a-matching-rule-allows", { record: gone }],
    [
      "profile",
      "profile prof.own.tight (digest of prof.own.tight) is not there",
      "the-profiles-in-force-are-named-by-digest",
      { profile: gone },
    ],
    [
      "agreement",
      "agreement agr-1 (digest of agr-1) is not there",
      "an-agreement-in-force-is-named-with-version-and-digest",
      { agreement: gone },
    ],
    [
      "certification",
      "certificate cert-1 (digest of cert-1) is not there",
      "a-live-certificate-lets-the-worker-run",
      { certificate: gone },
    ],
    [
      "input",
      "the payload was erased, and it alone says what was wrong with it",
      "input-that-breaks-its-schema-is-denied",
      { payload: undefined },
    ],
    ["rule", "bundle (none named) is not there", "a-failure-inside-is-a-denial", {}],
  ])("names the %s that cannot be derived: %s", (step, reason, name, material) => {
    expect(attempt(name, material)).toEqual({ outcome: "not_derivable", notDerivable: [{ step, reason }] });
  });

  it("names the first difference where one rule is another", () => {
    const trial = find("a-matching-rule-allows");
    const [other] = readVector(
      "another rule",
      `
description: The same rule under a limit.
rules:
  - rule_id: summarize
    match: { capability_id: cap.doc.summarize }
    decision: { candidate_workers_ranked: [{ worker_species_id: wrk.doc.summarizer }], max_blast_score: 10 }
snapshot: {}
request: {}
expect: {}
`,
    ).trials;
    const answer = attempt("a-matching-rule-allows", {
      program: () => ({ ...other!.program, digest: trial.program.digest }),
    });
    expect(answer).toMatchObject({
      outcome: "different",
      difference: { path: "deny", before: "null" },
      notDerivable: [],
    });
  });

  it("counts untried workers as the receipt counted them", () => {
    expect(attempt("untried-candidates-beyond-eight-are-only-counted", {}).outcome).toBe("same");
  });
});

/** As it comes back out of a receipt. */
function asStored(decision: Decision): Decision {
  return JSON.parse(JSON.stringify(decision));
}
