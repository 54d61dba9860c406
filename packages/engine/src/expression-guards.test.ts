import { Environment } from "@marcbachmann/cel-js";
import { describe, expect, it } from "vitest";
import { guardsOf, stopped } from "./expression-guards.ts";
import { declareVariables, EVERYDAY_FACTS, toActivation } from "./policy-facts.ts";

const ENVIRONMENT = declareVariables(new Environment());
const guards = (text: string) => guardsOf(ENVIRONMENT.parse(text).ast);
const ENV = { variable: "request", field: "env", values: ["dev"] };
const CERTIFIED = { variable: "worker", field: "certified", values: [true] };

describe("what shows at a glance that an expression is false", () => {
  it.each([
    ['request.env == "dev"', [ENV]],
    ['"dev" == request.env', [ENV]],
    ['request.env in ["dev", "stage"]', [{ ...ENV, values: ["dev", "stage"] }]],
    ["worker.certified", [CERTIFIED]],
    ["!worker.certified", [{ ...CERTIFIED, values: [false] }]],
    ['request.env == "dev" && worker.certified && blast.score > 5', [ENV, CERTIFIED]],
    ['(worker.certified && request.env == "dev") && true', [CERTIFIED, ENV]],
  ])("%s: facts that are not these", (text, expected) => {
    expect(guards(text)).toEqual(expected);
  });

  it.each([
    'request.env == "dev" || worker.certified',
    'request.env != "dev"',
    "blast.score == 5",
    "request.env == request.tenant_id",
    'request.env in ["dev", request.tenant_id]',
    '"dev" in worker.controls',
    'request.env in {"dev": 1}',
    '!(request.env == "dev")',
    "worker.certified == true",
    'worker.controls[0] == "dev"',
    '[{"env": "dev"}][0].env == "dev"',
    '[{"env": true}].exists(request2, request2.env)',
    'worker.controls.exists(c, c == "dev")',
    "now < now",
    "request.env",
    "other.env",
    "!request.env",
    "true",
  ])("%s: nothing", (text) => {
    expect(guards(text)).toEqual([]);
  });

  it("is asked of the facts alone, without walking the expression", () => {
    const facts = toActivation({
      ...EVERYDAY_FACTS,
      request: { ...EVERYDAY_FACTS.request, env: "dev" },
      worker: { ...EVERYDAY_FACTS.worker, certified: true },
    });
    const isStopped = (text: string) => stopped(guards(text), facts);
    expect(isStopped('request.env == "dev" && worker.certified')).toBe(false);
    expect(isStopped('request.env == "prod" && worker.certified')).toBe(true);
    expect(isStopped('request.env == "dev" && !worker.certified')).toBe(true);
    expect(isStopped("true")).toBe(false);
  });
});
