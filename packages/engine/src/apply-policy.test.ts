import { Policy } from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../test/runs.ts";
import { applyPolicies, compilePolicies } from "./apply-policy.ts";
import { EVERYDAY_FACTS, toActivation } from "./policy-facts.ts";

const EVERYDAY = toActivation(EVERYDAY_FACTS);

type Written = Partial<Policy> & Pick<Policy, "effect">;

function policy(id: string, written: Written): Policy {
  return Policy.parse({ policy_id: `pol.${id}`, when: "true", reason: `${id} says so`, ...written });
}

function compiled(policies: readonly Policy[]) {
  const { policies: ready, problems } = compilePolicies(policies);
  expect(problems).toEqual([]);
  return ready;
}

function ask(...policies: Policy[]) {
  return applyPolicies(compiled(policies), [EVERYDAY]);
}

const allow = policy("open", { effect: "ALLOW" });
const deny = policy("shut", { effect: "DENY" });
const human = policy("ask", { effect: "REQUIRE_HUMAN" });
const silent = policy("night", { effect: "DENY", when: "now.getHours() < 6" });
const failing = policy("broken", { effect: "ALLOW", when: "1 / chain.dimension_sum == 1" });

describe("policies together", () => {
  it("say nothing where none of them speaks", () => {
    const nothing = {
      effect: "NONE",
      isSilent: true,
      verdicts: [],
      human: null,
      failed: null,
      failure: null,
    };
    expect(ask()).toEqual(nothing);
    expect(ask(silent)).toEqual(nothing);
  });

  it("allow only what they allow both times, and deny or ask for a human by either, where the facts are seen in two ways", () => {
    const low = toActivation({ ...EVERYDAY_FACTS, chain: { dimension_sum: 1 } });
    const high = toActivation({ ...EVERYDAY_FACTS, chain: { dimension_sum: 9 } });
    const when = "chain.dimension_sum > 5";
    const say = (effect: object) => applyPolicies(compiled([{ ...deny, ...effect, when }]), [high, low]);
    expect(say({ effect: "DENY" })).toMatchObject({ effect: "DENY", isSilent: true });
    expect(say({ effect: "ALLOW" })).toMatchObject({ effect: "NONE", isSilent: true, verdicts: [] });
    expect(say({ effect: "REQUIRE_HUMAN" })).toMatchObject({ effect: "REQUIRE_HUMAN", isSilent: true });
    const both = applyPolicies(compiled([{ ...allow, when: "chain.dimension_sum > 0" }]), [high, low]);
    expect(both).toMatchObject({ effect: "ALLOW", isSilent: false });
  });

  it("say the strongest of what they say: DENY over REQUIRE_HUMAN over ALLOW", () => {
    expect(ask(allow, silent).effect).toBe("ALLOW");
    expect(ask(allow, human).effect).toBe("REQUIRE_HUMAN");
    expect(ask(allow, human, deny).effect).toBe("DENY");
  });

  it("name those that spoke with their reasons, the strongest first and then by id", () => {
    const denyFirst = policy("door", { effect: "DENY" });
    expect(ask(allow, human, silent, deny, denyFirst).verdicts).toEqual([
      { policy_id: "pol.door", effect: "DENY", reason: "door says so" },
      { policy_id: "pol.shut", effect: "DENY", reason: "shut says so" },
      { policy_id: "pol.ask", effect: "REQUIRE_HUMAN", reason: "ask says so" },
      { policy_id: "pol.open", effect: "ALLOW", reason: "open says so" },
    ]);
  });

  it("ask for the strongest level and the highest quorum of those that ask for a human", () => {
    expect(ask(human).human).toEqual({ level: "gatekeeper", quorum: 1, asked_by: ["pol.ask"] });
    const three = policy("many", { effect: "REQUIRE_HUMAN", supervisor_level: "advisory", quorum: 3 });
    const high = policy("high", { effect: "REQUIRE_HUMAN", supervisor_level: "incident_commander" });
    const unasked = policy("more", { effect: "REQUIRE_HUMAN", quorum: 9, when: "false" });
    expect(ask(three, human, high, unasked).human).toEqual({
      level: "incident_commander",
      quorum: 3,
      asked_by: ["pol.ask", "pol.high", "pol.many"],
    });
    expect(ask(policy("told", { effect: "REQUIRE_HUMAN", supervisor_level: "advisory" })).human?.level).toBe(
      "advisory",
    );
    expect(ask(allow, deny).human).toBeNull();
  });

  it("deny where one of them fails, and name the first by id", () => {
    const later = policy("zero", { effect: "DENY", when: '{"a": true}[request.env]' });
    for (const policies of [
      [failing, later, allow],
      [allow, later, failing],
    ])
      expect(ask(...policies)).toMatchObject({
        effect: "DENY",
        failed: "pol.broken",
        failure: "at character 1: division by zero",
        verdicts: [{ policy_id: "pol.open" }],
      });
    expect(ask(allow, later).failed).toBe("pol.zero");
  });

  it("are all asked: neither a DENY nor a failure hides another", () => {
    const { verdicts, failed } = ask(
      policy("a", { effect: "DENY" }),
      failing,
      policy("z", { effect: "DENY" }),
    );
    expect(verdicts.map(({ policy_id }) => policy_id)).toEqual(["pol.a", "pol.z"]);
    expect(failed).toBe("pol.broken");
  });

  it("say the same in whatever order they are stored and asked", () => {
    const written = fc.record({
      effect: fc.constantFrom("ALLOW", "DENY", "REQUIRE_HUMAN"),
      when: fc.constantFrom(
        "true",
        "false",
        'request.env == "dev"',
        "1 / chain.dimension_sum == 1",
        '"x" in worker.controls || blast.score == 10',
      ),
      level: fc.constantFrom(undefined, "advisory", "executor"),
      quorum: fc.constantFrom(undefined, 2, 5),
    });
    const bundle = fc.array(written, { maxLength: 8 }).chain((all) => {
      const policies = all.map(({ effect, when, level, quorum }, at) => {
        const asks = effect === "REQUIRE_HUMAN" ? { supervisor_level: level, quorum } : {};
        return policy(`p${at}`, { effect, when, ...asks } as Written);
      });
      return fc.tuple(fc.constant(policies), fc.shuffledSubarray(policies, { minLength: policies.length }));
    });
    fc.assert(
      fc.property(bundle, ([stored, shuffled]) => {
        const answer = ask(...stored);
        expect(ask(...shuffled)).toEqual(answer);
        expect(applyPolicies(compiled(stored).reverse(), [EVERYDAY])).toEqual(answer);
      }),
      { numRuns: runs(300) },
    );
  });

  it("hand out verdicts that nobody can change for the next decision", () => {
    const ready = compiled([allow, human]);
    const [first] = applyPolicies(ready, [EVERYDAY]).verdicts;
    expect(() => Object.assign(first as object, { effect: "DENY" })).toThrow(TypeError);
    applyPolicies(ready, [EVERYDAY]).verdicts.pop();
    applyPolicies(ready, [EVERYDAY]).human?.asked_by.push("pol.other");
    expect(applyPolicies(ready, [EVERYDAY])).toEqual(ask(allow, human));
  });
});

describe("policies that cannot be used", () => {
  it("are told with their ids, each of them", () => {
    const { problems } = compilePolicies([
      policy("typo", { effect: "DENY", when: 'request.evn == "prod"' }),
      allow,
      policy("regex", { effect: "DENY", when: 'request.tenant_id.matches("(a+)+b")' }),
    ]);
    expect(problems).toEqual([
      {
        policy_id: "pol.typo",
        path: "when",
        expected: expect.stringMatching(
          /^a CEL expression that compiles; this one does not at character 9: request has no field evn/,
        ),
      },
      {
        policy_id: "pol.regex",
        path: "when",
        expected: expect.stringContaining("at character 19: matches() is not available"),
      },
    ]);
  });

  it("fail when they are asked all the same, so that nobody goes on without a DENY that does not compile", () => {
    const { policies } = compilePolicies([allow, policy("typo", { effect: "DENY", when: "request.evn" })]);
    expect(applyPolicies(policies, [EVERYDAY])).toMatchObject({
      effect: "DENY",
      failed: "pol.typo",
      failure: "it does not compile",
    });
  });

  it("are refused where all of them together could take too long, the slowest by name", () => {
    const slow = "worker.controls.exists(c, size(c) == 1)";
    const steps = compiled([policy("slow", { effect: "DENY", when: slow })])[0]?.expression.steps as number;
    const fitting = Math.floor(20_000_000 / steps);
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => policy(`p${at}`, { effect: "DENY", when: slow }));
    expect(compilePolicies(many(fitting)).problems).toEqual([]);
    const slowest = policy("slowest", { effect: "DENY", when: `${slow} || true` });
    const { problems } = compilePolicies([...many(fitting), slowest]);
    expect(problems).toEqual([
      {
        policy_id: "pol.slowest",
        path: "when",
        expected: expect.stringMatching(
          /^an expression of fewer steps: this one may take \d+, more than any other, and all policies together \d+, where 20000000 are allowed$/,
        ),
      },
    ]);
    expect(compilePolicies([slowest, ...many(fitting)]).problems[0]?.policy_id).toBe("pol.slowest");
    expect(compilePolicies(many(fitting + 1)).problems[0]?.policy_id).toBe("pol.p0");
  });
});
