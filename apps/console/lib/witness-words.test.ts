import { describe, expect, it } from "vitest";
import { type Witnesses, witnessWords } from "./witness-words.ts";

const GOOD: Witnesses = { configured: 2, unwitnessed_leaves: 0, unwitnessed_s: null, contradicted: [] };

describe("what witnesses have seen", () => {
  it("is nothing where none is configured, and that is no good mark", () => {
    expect(witnessWords(undefined).mark).toBe("skipped");
    expect(witnessWords({ ...GOOD, configured: 0 }).mark).toBe("skipped");
  });

  it("is all of it, or what is left and since when", () => {
    expect(witnessWords(GOOD)).toMatchObject({ mark: "allow" });
    const waiting = witnessWords({ ...GOOD, unwitnessed_leaves: 3, unwitnessed_s: 12 });
    expect(waiting).toMatchObject({ mark: "hold" });
    expect(waiting.sentence).toBe("3 sealed entries that no witness has cosigned yet, for 12 s.");
  });

  it("is a contradiction before everything else", () => {
    const said = witnessWords({ ...GOOD, unwitnessed_leaves: 3, contradicted: ["witness.example/1"] });
    expect(said.mark).toBe("deny");
    expect(said.sentence).toContain("witness.example/1");
  });
});
