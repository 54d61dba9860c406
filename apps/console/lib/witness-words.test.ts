import { describe, expect, it } from "vitest";
import { type AskedWitness, askedWords, witnessWords } from "./witness-words.ts";

const GOOD = { configured: 2, unwitnessed_leaves: 0, unwitnessed_s: null, contradicted: [] };

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

describe("how one witness stands", () => {
  const one: AskedWitness = {
    ...{ name: "witness.example/1", key: "witness.example/1+0a1b2c3d+BAAA", tree_size: 40, behind_leaves: 0 },
    ...{ cosigned_at: "2026-11-28T08:00:00.000Z", failure: null, contradiction: null },
  };

  it("is how far it is, and why no further", () => {
    expect(askedWords(one)).toEqual({ mark: "allow", sentence: "It has cosigned 40 entries." });
    expect(askedWords({ ...one, behind_leaves: 1 })).toEqual({
      mark: "hold",
      sentence: "It has cosigned 40 entries; 1 entry sealed since.",
    });
    const at = "2026-11-28T08:05:00.000Z";
    expect(
      askedWords({ ...one, tree_size: 0, failure: { code: "TIMEOUT", status: null, at } }).sentence,
    ).toBe("It has cosigned nothing yet. Asked last in vain: TIMEOUT.");
    expect(askedWords({ ...one, failure: { code: "STATUS", status: 403, at } })).toMatchObject({
      mark: "hold",
      sentence: expect.stringContaining("it answered 403"),
    });
  });

  it("is a contradiction before a failure", () => {
    const said = askedWords({
      ...one,
      failure: { code: "TIMEOUT", status: null, at: "" },
      contradiction: { tree_size: 90, is_fork: false },
    });
    expect(said).toEqual({
      mark: "deny",
      sentence: "It has cosigned more of this log than is here, 90 entries.",
    });
  });
});
