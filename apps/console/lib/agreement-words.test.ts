import { describe, expect, it } from "vitest";
import { agreementStanding, termStatements, waitsFor } from "./agreement-words.ts";

const FROM = "2026-01-01T00:00:00.000Z";

describe("how an agreement stands", () => {
  it("says in force only of what is, by the Hall's own word", () => {
    const standing = (
      state: "draft" | "active" | "suspended" | "terminated",
      in_force: boolean,
      from = FROM,
    ) => agreementStanding({ state, in_force, valid_from: from }).word;
    expect(standing("active", true)).toBe("in force");
    expect(standing("active", false)).toBe("lapsed");
    expect(standing("active", false, "2999-01-01T00:00:00.000Z")).toBe("not in force yet");
    for (const state of ["draft", "suspended", "terminated"] as const)
      expect(standing(state, false)).toBe(state);
  });

  it("names the version that waits and for whom", () => {
    const waiting = { waits_for: "signature", newest_version: 3 } as Parameters<typeof waitsFor>[0];
    expect(waitsFor(waiting)).toBe("version 3 waits for an owner to sign it");
    expect(waitsFor({ ...waiting, waits_for: null })).toBeNull();
  });
});

it("every term is told, also where it limits nothing", () => {
  const terms = {
    capabilities: ["cap.doc.*"],
    environments: ["dev"],
    data_labels: ["PUBLIC"],
    max_blast_score: 40,
    agents: null,
    quotas: { per_hour: 5, per_day: null },
  } as unknown as Parameters<typeof termStatements>[0]["terms"];
  const told = termStatements({
    terms,
    identities: ["acme"] as never,
    valid_from: FROM as never,
    valid_until: null,
  });
  expect(Object.fromEntries(told)).toMatchInlineSnapshot(`
    {
      "Agents": "every agent that acts under them",
      "Capabilities": "cap.doc.*",
      "Data labels": "PUBLIC",
      "Environments": "dev",
      "Highest blast": "40 of 100",
      "Identities": "acme",
      "Valid": "from 2026-01-01T00:00:00.000Z, until it is ended",
      "Work started": "at most 5 an hour",
    }
  `);
});
