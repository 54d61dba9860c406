import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compileExpression } from "./expression.ts";
import { EXPRESSION_STEPS_MAX } from "./expression-cost.ts";

const { cases } = parse(
  readFileSync(
    new URL("../../../vectors/expressions/an-expression-is-bounded-in-steps.yaml", import.meta.url),
    "utf8",
  ),
) as { cases: { text: string; steps: number }[] };

describe("the bound of an expression", () => {
  it.each(cases)("$text: $steps steps", ({ text, steps }) => {
    const read = compileExpression(text);
    expect(read.ok ? read.expression.steps : read.problem).toBe(steps);
  });

  it.each([
    ["worker.controls.exists(c, 9223372036854775807 + 1 == 0)", "an overflow in a loop"],
    ["worker.controls.exists(c, -9223372036854775807 - 1 - 1 == 0)", "an underflow in a loop"],
    ["worker.controls.exists(c, 9223372036854775807 * 2 == 0)", "a product in a loop"],
    ["worker.controls.exists(c, 1 / blast.score == 0)", "a division in a loop"],
    ["worker.controls.exists(c, worker.controls[0] == c)", "a look-up in a loop"],
    ["worker.controls.exists(c, worker.capabilities.exists(d, c == d))", "a loop in a loop"],
  ])("refuses %s: %s may take too long", (text) => {
    const read = compileExpression(text);
    if (read.ok) throw new Error(`${text} compiles to ${read.expression.steps} steps`);
    const [, steps] =
      /^this may take (\d+) steps and 200000 are allowed; loop over one list of facts only/.exec(
        read.problem,
      )!;
    expect(Number(steps)).toBeGreaterThan(EXPRESSION_STEPS_MAX);
  });
});
