import {
  type CapabilityId,
  DataLabel,
  Env,
  QosClass,
  type Rule,
  RuleBundle,
  type RuleMatch,
  readRouteInput,
  TenantRisk,
} from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, matchRule } from "../src/index.ts";
import { body, bundle } from "./arbitraries.ts";

/** Rule matching as the contract tells it, rule by rule: slow, and plainly right. */
function firstMatch(rules: readonly Rule[], asked: Asked): string | null {
  for (const rule of rules) if (matches(rule.match, asked)) return rule.rule_id;
  return null;
}

type Asked = Record<keyof RuleMatch, string>;

function matches(match: RuleMatch, asked: Asked): boolean {
  for (const field of Object.keys(match) as (keyof RuleMatch)[]) {
    const condition = match[field] as string | { in: string[] } | { eq: string } | { any: true };
    if (typeof condition === "string") {
      if (condition !== asked[field]) return false;
    } else if ("in" in condition) {
      if (!condition.in.includes(asked[field])) return false;
    } else if ("eq" in condition && condition.eq !== asked[field]) return false;
  }
  return true;
}

/** Everything that can be asked: four capabilities, one of which no rule names. */
function everything(): Asked[] {
  const all: Asked[] = [];
  for (const capability_id of ["cap.doc.summarize", "cap.doc.translate", "cap.model.embed", "cap.not.named"])
    for (const env of Env.options)
      for (const data_label of DataLabel.options)
        for (const tenant_risk of TenantRisk.options)
          for (const qos_class of QosClass.options)
            all.push({ capability_id, env, data_label, tenant_risk, qos_class });
  return all;
}

describe("the compiled program", () => {
  it("finds the rule that a plain scan finds, in 20,000 random requests", () => {
    let matched = 0;
    fc.assert(
      fc.property(bundle(20), fc.array(body, { minLength: 100, maxLength: 100 }), (rules, requests) => {
        const program = compile(rules, "bundle-1");
        for (const sent of requests) {
          const read = readRouteInput(sent);
          if (!read.valid) throw new Error("the request should be valid");
          const found = matchRule(program, read.capability, read.input);
          const expected = firstMatch(rules.rules, { ...read.input, capability_id: read.capability });
          expect(found?.ruleId ?? null).toBe(expected);
          if (expected !== null) matched++;
        }
      }),
      { numRuns: 200 },
    );
    expect(matched).toBeGreaterThan(2_000);
  });

  it("calls shadowed exactly the rules that answer nothing that can be asked", () => {
    const questions = everything();
    let shadowed = 0;
    fc.assert(
      fc.property(bundle(12), (rules) => {
        const answering = new Set(questions.map((asked) => firstMatch(rules.rules, asked)));
        const silent = rules.rules.map((rule) => rule.rule_id).filter((id) => !answering.has(id));
        expect(compile(rules, "bundle-1").shadowedRuleIds).toEqual(silent);
        shadowed += silent.length;
      }),
      { numRuns: 300 },
    );
    expect(shadowed).toBeGreaterThan(100);
  });

  it("looks at one rule however many there are", () => {
    const program = compile(many(5_000), "bundle-1");
    let read = 0;
    const counting = {
      ...program,
      rules: new Proxy(program.rules, {
        get(rules, key) {
          if (typeof key === "string" && /^\d+$/.test(key)) read++;
          return Reflect.get(rules, key);
        },
      }),
    };
    const asked = readRouteInput({
      capability_id: "cap.many.n4999",
      env: "edge",
      data_label: "PUBLIC",
      tenant_risk: "high",
      qos_class: "P3",
    });
    if (!asked.valid) throw new Error("the request should be valid");
    expect(matchRule(counting, asked.capability, asked.input)?.ruleId).toBe("r-4999");
    expect(read).toBe(1);
  });

  it("keeps one table for capabilities that the same rules name", () => {
    const capabilities = Array.from({ length: 1000 }, (_, number) => `cap.many.n${number}` as CapabilityId);
    const rules = RuleBundle.parse({
      rules: Array.from({ length: 50 }, (_, number) => ({
        rule_id: `r-${number}`,
        match: { capability_id: { in: capabilities }, env: Env.options[number % 4] },
        decision: { candidate_workers_ranked: [] },
      })),
    });
    const program = compile(rules, "bundle-1");
    expect(program.cells.length).toBe(2 * 144);
    expect(program.offsets.size).toBe(1000);
  });
});

function many(count: number): RuleBundle {
  return RuleBundle.parse({
    rules: Array.from({ length: count }, (_, number) => ({
      rule_id: `r-${number}`,
      match: { capability_id: `cap.many.n${number}` },
      decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.many.one" }] },
    })),
  });
}
