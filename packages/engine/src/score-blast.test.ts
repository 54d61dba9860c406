import { describe, expect, it } from "vitest";
import { scoreBlast } from "./score-blast.ts";

const ASKED = { env: "dev", data_label: "PUBLIC", qos_class: "P2" } as const;
const FACTS = { egress: false, external_call: false, writes: false, mutates_state: false };
const NO_LIMITS = { holdAt: null, dimensionsHoldAt: null };

describe("a blast score", () => {
  it.each([-1, 26, Number.NaN, Number.POSITIVE_INFINITY])("is none for a dimension sum of %s", (sum) => {
    expect(() => scoreBlast(ASKED, FACTS, sum, 0, NO_LIMITS)).toThrow("a dimension sum lies outside 0-25");
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("is none for a chain's sum of %s", (sum) => {
    expect(() => scoreBlast(ASKED, FACTS, 0, sum, NO_LIMITS)).toThrow("a chain's sum is no whole number");
  });

  it("takes the smallest and the largest sums", () => {
    expect(scoreBlast(ASKED, FACTS, 0, 0, NO_LIMITS)).toMatchObject({ score: 10, chain: 0, dimensions: 0 });
    expect(scoreBlast(ASKED, FACTS, 25, 1000, NO_LIMITS)).toMatchObject({
      score: 100,
      chain: 100,
      dimensions: 100,
    });
  });
});
