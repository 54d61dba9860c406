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
import { compile } from "../src/index.ts";
import { lineupOf } from "../src/lineup.ts";
import { matchRule } from "../src/match-rule.ts";
import { runs } from "./runs.ts";

/** Capabilities that rules name here, and one under each prefix, beside each prefix and outside of all that none names. */
const CAPABILITIES = ["cap.doc", "cap.doc.summarize", "cap.doc.pdf", "cap.doc.pdf.split", "cap.model.embed"];
const UNNAMED = [
  "cap.doc.other",
  "cap.doc.pdf.other",
  "cap.model.other",
  "cap.docs.pdf",
  "cap.doc-pdf.split",
];
const PREFIXES = ["cap.*", "cap.doc.*", "cap.doc.pdf.*", "cap.model.*", "cap.nobody.*"];
const PATTERNS = [...CAPABILITIES, ...CAPABILITIES, ...PREFIXES];

function condition<T>(values: readonly T[], anyWeight: number) {
  return fc.oneof(
    { weight: anyWeight, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(...values) },
    fc.constantFrom(...values).map((eq) => ({ eq })),
    {
      weight: 2,
      arbitrary: fc
        .array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 })
        .map((list) => ({ in: list })),
    },
    fc.constant({ any: true as const }),
  );
}

const rule = fc.record({
  match: fc
    .record({
      capability_id: condition(PATTERNS, 1),
      env: condition(Env.options, 4),
      data_label: condition(DataLabel.options, 4),
      tenant_risk: condition(TenantRisk.options, 4),
      qos_class: condition(QosClass.options, 4),
    })
    .map((match) => Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined))),
  decision: fc.record({
    candidate_workers_ranked: fc
      .constantFrom("wrk.doc.one", "wrk.doc.two")
      .map((worker_species_id) => [{ worker_species_id }]),
  }),
});

/** The same match, said in another way. */
function reworded(match: Record<string, unknown>): Record<string, unknown> {
  const said = Object.entries(match).map(([field, one]) => [
    field,
    typeof one === "string" ? { in: [one, one] } : one,
  ]);
  return { qos_class: { any: true }, ...Object.fromEntries(said) };
}

const bundle = (maxLength: number) =>
  fc
    .tuple(fc.array(rule, { minLength: maxLength / 2, maxLength }), fc.array(fc.nat(), { maxLength: 2 }))
    .map(([rules, again]) => {
      const twins = again.map((number) => {
        const { match, decision } = rules[number % rules.length] as (typeof rules)[number];
        return { match: reworded(match), decision };
      });
      return RuleBundle.parse({
        rules: [...rules, ...twins].map((one, index) => ({ rule_id: `r-${index}`, ...one })),
      });
    });

type Asked = Record<keyof RuleMatch, string>;

const asked = fc.record({
  capability_id: fc.constantFrom(...CAPABILITIES, ...UNNAMED),
  env: fc.constantFrom(...Env.options),
  data_label: fc.constantFrom(...DataLabel.options),
  tenant_risk: fc.constantFrom(...TenantRisk.options),
  qos_class: fc.constantFrom(...QosClass.options),
});

/** Rule matching as the contract tells it, rule by rule: slow, and plainly right. */
function matching(rules: readonly Rule[], question: Asked): Rule[] {
  return rules.filter((one) => matches(one.match, question));
}

function matches(match: RuleMatch, question: Asked): boolean {
  for (const field of Object.keys(match) as (keyof RuleMatch)[]) {
    const condition = match[field] as string | { in: string[] } | { eq: string } | { any: true };
    const value = question[field];
    if (typeof condition === "string") {
      if (!is(condition, value)) return false;
    } else if ("in" in condition) {
      if (!condition.in.some((one) => is(one, value))) return false;
    } else if ("eq" in condition && !is(condition.eq, value)) return false;
  }
  return true;
}

function is(said: string, value: string): boolean {
  return said.endsWith(".*") ? value.startsWith(said.slice(0, -1)) : said === value;
}

/** Everything that can be asked in this small world. */
const EVERYTHING: readonly Asked[] = [...CAPABILITIES, ...UNNAMED, "cap.nobody.other"].flatMap(
  (capability_id) =>
    Env.options.flatMap((env) =>
      DataLabel.options.flatMap((data_label) =>
        TenantRisk.options.flatMap((tenant_risk) =>
          QosClass.options.map((qos_class) => ({ capability_id, env, data_label, tenant_risk, qos_class })),
        ),
      ),
    ),
);

/** Of each rule the numbers of the questions that it matches. */
function reachedBy(rules: readonly Rule[]): Set<number>[] {
  return rules.map(
    ({ match }) => new Set(EVERYTHING.flatMap((question, at) => (matches(match, question) ? [at] : []))),
  );
}

function within(some: ReadonlySet<number>, all: ReadonlySet<number>): boolean {
  for (const number of some) if (!all.has(number)) return false;
  return true;
}

function ask(sent: Asked) {
  const read = readRouteInput(sent);
  if (!read.valid) throw new Error("the request should be valid");
  return read;
}

describe("the compiled program", () => {
  it("finds the rule that a plain scan finds, in 20,000 random requests", () => {
    let matched = 0;
    fc.assert(
      fc.property(bundle(20), fc.array(asked, { minLength: 100, maxLength: 100 }), ({ rules }, requests) => {
        const program = compile(RuleBundle.parse({ rules }), "bundle-1");
        for (const sent of requests) {
          const { capability, input } = ask(sent);
          const expected = matching(rules, sent)[0]?.rule_id ?? null;
          expect(program.rules[matchRule(program, capability, input)]?.ruleId ?? null).toBe(expected);
          if (expected !== null) matched++;
        }
      }),
      { numRuns: runs(200) },
    );
    expect(matched).toBeGreaterThan(runs(2_000));
  });

  it("calls shadowed exactly the rules that answer nothing that can be asked, and duplicates those with an equal", () => {
    let shadowed = 0;
    let duplicates = 0;
    fc.assert(
      fc.property(bundle(10), (rules) => {
        const answering = new Set(EVERYTHING.map((question) => matching(rules.rules, question)[0]?.rule_id));
        const silent = rules.rules.map(({ rule_id }) => rule_id).filter((id) => !answering.has(id));
        const program = compile(rules, "bundle-1");
        expect(program.shadowedRuleIds).toEqual(silent);
        expect(program.shadowed.map(({ rule_id }) => rule_id)).toEqual(silent);

        const reached = reachedBy(rules.rules);
        const indexOf = (id: string) => Number(id.slice("r-".length));
        for (const { rule_id, by, duplicate } of program.shadowed) {
          const own = reached[indexOf(rule_id)] as Set<number>;
          const equals = reached
            .slice(0, indexOf(rule_id))
            .flatMap((other, at) => (within(own, other) && within(other, own) ? [`r-${at}`] : []));
          expect(duplicate).toBe(equals.length > 0);
          if (duplicate) expect(by).toEqual(equals.slice(0, 1));
          // Together those before it leave it nothing.
          expect(by.every((id) => indexOf(id) < indexOf(rule_id))).toBe(true);
          const together = new Set(by.flatMap((id) => [...(reached[indexOf(id)] as Set<number>)]));
          if (by.length < 8) expect(within(own, together)).toBe(true);
          if (duplicate) duplicates++;
        }
        shadowed += silent.length;
      }),
      { numRuns: runs(200) },
    );
    expect(shadowed).toBeGreaterThan(runs(200));
    expect(duplicates).toBeGreaterThan(runs(50));
  });

  it("calls conflicting exactly the rules of which order alone decides between two decisions", () => {
    let conflicts = 0;
    fc.assert(
      fc.property(bundle(6), (rules) => {
        const reached = reachedBy(rules.rules);
        const expected = new Set<string>();
        for (const question of EVERYTHING) {
          const [winner, other] = matching(rules.rules, question).map((one) => rules.rules.indexOf(one));
          if (winner === undefined || other === undefined) continue;
          const [a, b] = [reached[winner] as Set<number>, reached[other] as Set<number>];
          const species = (at: number) =>
            rules.rules[at]?.decision.candidate_workers_ranked[0]?.worker_species_id;
          if (!within(a, b) && !within(b, a) && species(winner) !== species(other))
            expected.add(`r-${winner} r-${other}`);
        }
        const told = compile(rules, "bundle-1").conflicts;
        expect(told.pairs.map(({ winner, other }) => `${winner} ${other}`)).toEqual([...expected].sort());
        expect(told).toMatchObject({ more: 0, complete: true });
        conflicts += expected.size;
      }),
      { numRuns: runs(200) },
    );
    expect(conflicts).toBeGreaterThan(runs(100));
  });

  it.each([
    ["cap.many.n4999", "r-4999"],
    ["cap.many.deep.unknown", "deep"],
    ["cap.many.unknown", "many"],
    ["cap.few.unknown.x", "rest"],
  ])(
    "answers %s by looking at one rule and at most three tables, however many rules there are",
    (capability_id, id) => {
      const { rules } = many(5_000);
      const wide = (rule_id: string, match: object) => ({
        rule_id,
        match,
        decision: { candidate_workers_ranked: [] },
      });
      const program = compile(
        RuleBundle.parse({
          rules: [
            ...rules,
            wide("deep", { capability_id: "cap.many.deep.*" }),
            wide("many", { capability_id: "cap.many.*" }),
            wide("rest", {}),
          ],
        }),
        "bundle-1",
      );
      let read = 0;
      let probed = 0;
      const counted = <K, V>(map: ReadonlyMap<K, V>) =>
        Object.assign(new Map(map), {
          get: (key: K) => {
            probed++;
            return map.get(key);
          },
        });
      const counting = {
        ...program,
        offsets: counted(program.offsets),
        prefixes: counted(program.prefixes),
        rules: new Proxy(program.rules, {
          get(rules, key) {
            if (typeof key === "string" && /^\d+$/.test(key)) read++;
            return Reflect.get(rules, key);
          },
        }),
      };
      const { capability, input } = ask({
        capability_id,
        env: "edge",
        data_label: "PUBLIC",
        tenant_risk: "high",
        qos_class: "P3",
      });
      const { rule } = lineupOf(counting, matchRule(counting, capability, input), new Map());
      expect(rule.ruleId).toBe(id);
      expect(read).toBe(1);
      expect(probed).toBeLessThanOrEqual(3);
    },
  );

  it("reads both spellings of a prefix, and a prefix only at a dot", () => {
    const program = compile(
      RuleBundle.parse({
        rules: [
          {
            rule_id: "pdf",
            match: { capability_id: { in: ["cap.doc_pdf.*"] } },
            decision: { candidate_workers_ranked: [] },
          },
        ],
      }),
      "bundle-1",
    );
    const found = (capability_id: string) => {
      const { capability, input } = ask({
        capability_id,
        env: "dev",
        data_label: "PUBLIC",
        tenant_risk: "low",
        qos_class: "P0",
      });
      return program.rules[matchRule(program, capability, input)]?.ruleId ?? null;
    };
    expect(found("cap.doc-pdf.split")).toBe("pdf");
    expect(found("cap.doc_pdf.split.page")).toBe("pdf");
    expect(found("cap.doc-pdf")).toBeNull();
    expect(found("cap.doc-pdfs.split")).toBeNull();
    expect(found("cap.doc.split")).toBeNull();
  });

  it("keeps one table for capabilities that the same rules answer", () => {
    const capabilities = Array.from({ length: 1000 }, (_, number) => `cap.many.n${number}` as CapabilityId);
    const rules = RuleBundle.parse({
      rules: Array.from({ length: 50 }, (_, number) => ({
        rule_id: `r-${number}`,
        match: { capability_id: { in: capabilities }, env: Env.options[number % 4] },
        decision: { candidate_workers_ranked: [] },
      })),
    });
    const program = compile(rules, "bundle-1");
    expect(program.tables.length).toBe(2 + 5);
    expect(program.offsets.size).toBe(1000);
  });

  it("keeps one table where a wider rule answers before those that name the capability", () => {
    const { rules } = many(1_000);
    const first = { rule_id: "first", match: {}, decision: { candidate_workers_ranked: [] } };
    const program = compile(RuleBundle.parse({ rules: [first, ...rules] }), "bundle-1");
    expect([...program.tables]).toEqual([0, 0]);
    expect(program.shadowed.length).toBe(1_000);
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
