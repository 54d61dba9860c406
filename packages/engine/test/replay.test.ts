import type { Decision, Instant } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { decide, type ReplayMaterial, replay } from "../src/index.ts";
import { type Trial, vectors } from "./vector.ts";

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
    const derived = replay(asStored(recorded), at, materialOf(trial));
    expect(derived).toMatchObject({ outcome: "same", notDerivable: [] });
  });
});

/** As it comes back out of a receipt. */
function asStored(decision: Decision): Decision {
  return JSON.parse(JSON.stringify(decision));
}
