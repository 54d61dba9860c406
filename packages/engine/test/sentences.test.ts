import { expect, it } from "vitest";
import { decide, explain } from "../src/index.ts";
import { vectors } from "./vector.ts";

/** Everything that people read of a decision, as the vectors bring it about: a change of words is a change to review. */
it("the sentences of denials and explanations are these", () => {
  const sentences = new Set<string>();
  for (const { program, snapshot, request, nowMs } of vectors().flatMap(({ trials }) => trials)) {
    const decision = decide(program, snapshot, request, nowMs);
    if (decision.deny !== null) sentences.add(`${decision.deny.code}: ${decision.deny.message}`);
    for (const { step, mark, sentence } of explain(decision))
      if (mark !== "failed") sentences.add(`${step} ${mark}: ${sentence}`);
  }
  expect([...sentences].sort()).toMatchSnapshot();
  // What a worker says of itself shows that its key is there, and nothing about its code.
  const ofItself = [...sentences].filter((sentence) => sentence.includes("self-reported"));
  expect(ofItself.length).toBeGreaterThan(0);
  for (const sentence of ofItself) expect(sentence).not.toMatch(/\battest(?:ed|s)\b|\bprove[ds]?\b/i);
});

it("the details of denials are these", () => {
  const details = new Set<string>();
  for (const { program, snapshot, request, nowMs } of vectors().flatMap(({ trials }) => trials)) {
    const { deny } = decide(program, snapshot, request, nowMs);
    if (deny !== null) details.add(`${deny.code}: ${JSON.stringify(deny.details)}`);
  }
  expect([...details].sort()).toMatchSnapshot();
});
