import { type Decision, type Instant, STEPS, stepsOf } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { decide, explain, telemetryOf } from "../src/index.ts";
import { differences } from "./differences.ts";
import { type Trial, vectors } from "./vector.ts";
import { wellFormed } from "./well-formed.ts";

const all = vectors();

describe.each(all)("$name", ({ trials }) => {
  it.each(trials)("$name", (trial) => {
    const decision = decideTwice(trial);
    wellFormed(decision);

    const { checks } = trial;
    const steps = Object.fromEntries(stepsOf(decision).map((step) => [step.step, step]));
    expect(differences({ ...decision, steps }, checks.expect)).toEqual([]);
    for (const key of checks.inputs_lack ?? []) expect(decision.inputs).not.toHaveProperty(key);
    for (const text of checks.message_says ?? []) expect(decision.deny?.message).toContain(text);

    const events = telemetryOf(decision, { decisionId: "id-1", timestamp: NOW });
    if (checks.events) expect(events.map((event) => event.event_id)).toEqual(checks.events);
    for (const [id, said] of Object.entries(checks.events_say ?? {})) {
      const event = events.find(({ event_id }) => event_id === id);
      expect(differences(event, said, id)).toEqual([]);
    }
    for (const event of events) expect(event.dry_run).toBe(decision.dry_run ? true : undefined);
    const said = JSON.stringify([decision, events, explain(decision)]);
    for (const text of checks.never_says ?? []) expect(said).not.toContain(text);
  });
});

const NOW = "2026-11-23T16:00:00.000Z" as Instant;

/** Same arguments, same decision. */
function decideTwice({ program, snapshot, request, nowMs }: Trial): Decision {
  const decision = decide(program, snapshot, request, nowMs);
  expect(decide(program, snapshot, request, nowMs)).toEqual(decision);
  return decision;
}

describe("the vectors as a whole", () => {
  it("are at least 45, each with a promise of one sentence and a kebab-case name", () => {
    expect(all.length).toBeGreaterThanOrEqual(45);
    for (const vector of all) {
      expect(vector.name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(vector.description).toMatch(/^[A-Z][^\n]*\.$/);
    }
  });

  it("fail every step of the pipeline at least once", () => {
    const failed = new Set<string>();
    for (const { program, snapshot, request, nowMs } of all.flatMap((vector) => vector.trials))
      for (const step of stepsOf(decide(program, snapshot, request, nowMs)))
        if (step.mark === "failed") failed.add(step.step);
    expect(STEPS.filter((step) => !failed.has(step))).toEqual([]);
  });
});
