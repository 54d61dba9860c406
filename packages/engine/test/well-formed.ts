import { canonicalBody, Decision, STEPS, stepsOf } from "@guildhall/protocol";
import { expect } from "vitest";

/** A step that asks for a human is held and the others go on; only a denial ends them. */
const MARKS = {
  ALLOW: /^(?:(?:passed|held) ){15}passed$/,
  HOLD: /^(?:(?:passed|held) ){15}held$/,
  DENY: /^(?:(?:passed|held) )*failed(?: skipped)*$/,
};

/** What holds for every decision, whatever was asked. */
export function wellFormed(decision: Decision): void {
  expect(Decision.parse(decision)).toEqual(decision);
  expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
  expect(() => canonicalBody(decision)).not.toThrow();
  onlyWholeNumbers(decision);

  const steps = stepsOf(decision);
  expect(steps.map((step) => step.step)).toEqual(STEPS);
  const marks = steps.map((step) => step.mark).join(" ");
  expect(marks).toMatch(MARKS[decision.outcome]);
  // Only what says something is written out.
  for (const step of decision.steps)
    if (typeof step === "object" && step.mark === "passed") expect(step).toHaveProperty("seen");

  expect(decision.deny === null).toBe(decision.outcome === "ALLOW");
  expect(
    decision.human === undefined || decision.outcome === "HOLD" || decision.human.level === "advisory",
  ).toBe(true);
  if (decision.outcome === "HOLD") expect(decision.human).toBeDefined();
  if (decision.outcome === "ALLOW") {
    // What may be dispatched has a worker, an address to call it at, and every control verified.
    expect(decision.selected?.transport_digest).toEqual(expect.any(String));
    expect(decision.controls_verified).toEqual(decision.required_controls);
    expect(decision.blast?.gate_passed).toBe(true);
    expect(decision.attestation?.valid ?? true).toBe(true);
    expect(decision.privilege_envelope_ok).not.toBe(false);
  }
}

function onlyWholeNumbers(value: unknown): void {
  if (typeof value === "number") expect(Number.isSafeInteger(value), `${value} is whole`).toBe(true);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(onlyWholeNumbers);
}
