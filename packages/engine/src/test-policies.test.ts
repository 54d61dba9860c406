import { Policy, PolicyTest } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "./apply-policy.ts";
import { runPolicyTests } from "./test-policies.ts";

const WRITTEN = [
  { policy_id: "pol.prod.no-egress", when: 'request.env == "prod" && request.egress', effect: "DENY" },
  { policy_id: "pol.prod.certified", when: 'request.env == "prod" && !worker.certified', effect: "DENY" },
  { policy_id: "pol.night", when: "now.getHours() < 6", effect: "REQUIRE_HUMAN" },
  { policy_id: "pol.dev", when: 'request.env == "dev"', effect: "ALLOW" },
  {
    policy_id: "pol.limits",
    when: '{"stage": 50, "dev": 90, "prod": 10}[request.env] < blast.score',
    effect: "DENY",
  },
].map((policy) => Policy.parse({ reason: "Because.", ...policy }));
const { policies } = compilePolicies(WRITTEN);

function run(given: unknown, expected: unknown) {
  const [result] = runPolicyTests(policies, [
    { ...PolicyTest.parse({ name: "one", expect: expected }), given: given as PolicyTest["given"] },
  ]);
  return result;
}

describe("a policy's test", () => {
  it("asks about an everyday request with what it says instead", () => {
    expect(run({}, { effect: "ALLOW" })).toEqual({
      name: "one",
      passed: true,
      expected: "ALLOW",
      got: "ALLOW by pol.dev",
    });
    expect(run({ request: { env: "stage" } }, { effect: "NONE", policies: [] })?.passed).toBe(true);
    expect(run({ request: { env: "prod" }, worker: { certified: true } }, { effect: "NONE" })?.passed).toBe(
      true,
    );
    expect(run({ now: "2026-01-07T03:00:00.000Z" }, { effect: "REQUIRE_HUMAN" })?.passed).toBe(true);
  });

  it("fails where something else is said, and tells what", () => {
    expect(run({ request: { env: "prod" } }, { effect: "ALLOW" })).toEqual({
      name: "one",
      passed: false,
      expected: "ALLOW",
      got: "DENY by pol.prod.certified",
    });
  });

  it("names those that say it, in any order, and no others", () => {
    const given = { request: { env: "prod", egress: true } };
    const both = ["pol.prod.no-egress", "pol.prod.certified"];
    expect(run(given, { effect: "DENY", policies: both })?.passed).toBe(true);
    expect(run(given, { effect: "DENY", policies: both.toReversed() })?.passed).toBe(true);
    expect(run(given, { effect: "DENY", policies: both.slice(1) })).toMatchObject({
      passed: false,
      expected: "DENY by pol.prod.certified",
      got: "DENY by pol.prod.certified, pol.prod.no-egress",
    });
    expect(run(given, { effect: "DENY", policies: [...both, "pol.dev"] })?.passed).toBe(false);
    expect(run(given, { effect: "DENY", policies: ["pol.prod.no-egress", "pol.dev"] })?.passed).toBe(false);
    expect(run(given, { effect: "DENY", policies: ["pol.dev", "pol.dev"] })?.passed).toBe(false);
  });

  it("tells whom it expected in order, however it names them", () => {
    const given = { request: { env: "prod", egress: true } };
    expect(run(given, { effect: "DENY", policies: ["pol.prod.no-egress", "pol.dev"] })?.expected).toBe(
      "DENY by pol.dev, pol.prod.no-egress",
    );
  });

  it("may give texts of 128 characters and lists of 1000", () => {
    const given = { request: { tenant_id: "t".repeat(128) }, worker: { controls: Array(1000).fill("c") } };
    expect(run(given, { effect: "ALLOW" })?.passed).toBe(true);
  });

  it("counts those that say the strongest thing, not all that spoke", () => {
    const night = { now: "2026-01-07T03:00:00.000Z" };
    expect(run(night, { effect: "REQUIRE_HUMAN", policies: ["pol.night"] })?.passed).toBe(true);
  });

  it("fails where a policy fails, whatever was expected", () => {
    expect(run({ request: { env: "edge" } }, { effect: "DENY" })).toEqual({
      name: "one",
      passed: false,
      expected: "DENY",
      got: "pol.limits failed: at character 1: No such key: edge",
    });
  });

  it.each([
    [{ requests: {} }, "given.requests: one of request, worker", "{}"],
    [{ request: { environment: "dev" } }, "given.request.environment: one of capability_id, env,", '"dev"'],
    [{ request: { env: "production" } }, "given.request.env: one of dev, stage, prod, edge", '"production"'],
    [{ request: { env: ["dev"] } }, "given.request.env: one of dev", '["dev"]'],
    [{ request: { dry_run: "true" } }, "given.request.dry_run: true or false", '"true"'],
    [{ request: { tenant_id: 7 } }, "given.request.tenant_id: text", "7"],
    [{ request: { tenant_id: null } }, "given.request.tenant_id: text", "null"],
    [{ blast: { score: 1.5 } }, "given.blast.score: a whole number", "1.5"],
    [{ worker: { controls: "ctrl.x" } }, "given.worker.controls: a list", '"ctrl.x"'],
    [{ worker: { controls: Array(1001).fill("c") } }, "given.worker.controls: a list of at most 1000", "…"],
    [{ worker: "w" }, "given.worker: an object of fields", '"w"'],
    [{ worker: ["w"] }, "given.worker: an object of fields", '["w"]'],
    [{ worker: null }, "given.worker: an object of fields", "null"],
    [{ now: { at: "2026-01-07T03:00:00.000Z" } }, "given.now: a time of UTC", "{"],
    [{ now: "yesterday" }, "given.now: a time of UTC", '"yesterday"'],
    [JSON.parse('{"__proto__": {"x": 1}}'), "given.__proto__: one of request", "{"],
    [JSON.parse('{"request": {"__proto__": {"x": 1}}}'), "given.request.__proto__: one of", "{"],
    [{ request: { constructor: "x" } }, "given.request.constructor: one of", '"x"'],
  ])("fails by name where it gives what no decision has: %j", (given, expected, got) => {
    const result = run(given, { effect: "ALLOW" });
    expect(result).toMatchObject({ name: "one", passed: false });
    expect(result?.expected).toContain(expected);
    expect(result?.got).toContain(got);
  });

  it("has a result for each test, in order", () => {
    const tests = ["a", "b", "c"].map((name) => PolicyTest.parse({ name, expect: { effect: "ALLOW" } }));
    expect(runPolicyTests(policies, tests).map(({ name, passed }) => [name, passed])).toEqual([
      ["a", true],
      ["b", true],
      ["c", true],
    ]);
    expect(runPolicyTests([], tests).every(({ passed }) => !passed)).toBe(true);
  });
});
