import { AttestationMethod } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { attestationWords, methodWorth } from "./attestation-words.ts";

const STATES = ["unmeasured", "matches", "expired", "flagged", "key_retired"] as const;
const SAID = [attestationWords(null), ...STATES.map((state) => attestationWords({ state }))].map(
  ({ word, sentence }) => `${word}: ${sentence}`,
);

describe("what the console says of a worker's code", () => {
  it("has a word of its own for each state", () => {
    expect(new Set(SAID).size).toBe(STATES.length + 1);
  });

  it("gives the mark of good standing to what matches alone", () => {
    const good = STATES.filter((state) => attestationWords({ state }).mark === "allow");
    expect(good).toEqual(["matches"]);
    expect(attestationWords(null).mark).not.toBe("allow");
  });

  it("never calls code attested or proved, least of all by the worker's own word", () => {
    const worths = AttestationMethod.options.map((method) => methodWorth(method));
    for (const text of [...SAID, ...worths]) expect(text).not.toMatch(/attested|prove[ds]?|proof|secure/i);
    expect(methodWorth("self-reported")).toContain("not what code runs");
  });

  it("claims nothing for a method that it does not know", () => {
    expect(methodWorth("constructor")).toBe(methodWorth("of tomorrow"));
  });
});
