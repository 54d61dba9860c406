import {
  Profile,
  type ProfileId,
  RuleBundle,
  SHIPPED_PROFILES,
  type SpeciesId,
  WorkerRecord,
} from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { type BundleFinding, type Fleet, reviewBundle } from "./review-bundle.ts";
import { type SnapshotWorker, snapshotWorker } from "./snapshot.ts";

const rule = (rule_id: string, match: object = {}, decision: object = {}) => ({
  rule_id,
  match,
  decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.clerk" }], ...decision },
});
const of = (...species: string[]) => ({
  candidate_workers_ranked: species.map((worker_species_id) => ({ worker_species_id })),
});

const worker = (record: object): SnapshotWorker =>
  snapshotWorker(
    WorkerRecord.parse({
      worker_id: "org.acme.clerk",
      worker_species_id: "wrk.doc.clerk",
      capabilities: ["cap.doc.summarize", "cap.doc.pdf.split"],
      artifact_hash: `sha256:${"0".repeat(64)}`,
      currently_implements: ["ctrl.a.held"],
      ...record,
    }),
    { recordHash: "record-1", transportDigest: "transport-1", available: true },
  );

function fleet(workers: SnapshotWorker[] = [worker({})], profiles: object[] = []): Fleet {
  const bySpecies = new Map<SpeciesId, SnapshotWorker[]>();
  for (const one of workers) bySpecies.set(one.speciesId, [...(bySpecies.get(one.speciesId) ?? []), one]);
  const held = profiles.map((input) => Profile.parse(input));
  return {
    workers: bySpecies,
    profiles: new Map(
      held.map((profile) => [profile.profile_id as ProfileId, { profile, digest: "profile-1" }]),
    ),
  };
}

function review(rules: object[], known: Fleet = fleet(), policies: object[] = []): BundleFinding[] {
  return reviewBundle(compile(RuleBundle.parse({ rules, policies }), "bundle-1"), known);
}
/** As `severity kind rule: others`. */
const short = (findings: readonly BundleFinding[]) =>
  findings.map(({ severity, kind, rule_id, others }) =>
    `${severity} ${kind} ${rule_id}: ${others.join(" ")}`.trimEnd(),
  );
const split = { capability_id: "cap.doc.pdf.split" };

describe("a review", () => {
  it("finds nothing in a bundle that its fleet can serve", () => {
    expect(
      review([rule("split", split), rule("docs", { capability_id: "cap.doc.*" }), rule("rest")]),
    ).toEqual([]);
  });

  it("names the rules that take the place of one that never matches", () => {
    const found = review([
      rule("docs", { capability_id: "cap.doc.*", env: { in: ["prod", "edge"] } }),
      rule("dev", { ...split, env: { in: ["dev", "stage"] } }),
      rule("split", split),
    ]);
    expect(short(found)).toEqual(["error shadowed split: docs dev"]);
    expect(found[0]).toMatchObject({
      sentence: "split never matches: earlier rules answer wherever it would (docs, dev).",
      remedy: "Move split before them, narrow their conditions, or remove it.",
    });
  });

  it("names eight of them where there are more", () => {
    const rules = ["edge", "prod", "stage", "dev"].flatMap((env) =>
      ["high", "medium", "low"].map((tenant_risk) => rule(`${env}-${tenant_risk}`, { env, tenant_risk })),
    );
    const [found] = review([...rules, rule("split", split)]);
    expect(found).toMatchObject({ kind: "shadowed", rule_id: "split" });
    expect(found?.others.length).toBe(8);
    expect(found?.others).toEqual(
      rules.map(({ rule_id }) => rule_id).filter((id) => found?.others.includes(id)),
    );
  });

  it("calls a rule with the same match a duplicate, however it is written", () => {
    const found = review([
      rule("split", split),
      rule("again", { capability_id: { in: ["cap.doc.pdf.split"] }, env: { any: true } }),
    ]);
    expect(short(found)).toEqual(["error duplicate again: split"]);
    const under = { capability_id: { in: ["cap.doc.pdf.*", "cap.doc.*", "cap.doc.pdf.split"] } };
    expect(short(review([rule("docs", { capability_id: "cap.doc.*" }), rule("under", under)]))).toEqual([
      "error duplicate under: docs",
    ]);
  });

  it.each<[string, object, object, Fleet, string]>([
    ["names no candidate", {}, of(), fleet(), ""],
    [
      "names species of which nobody is enrolled",
      {},
      of("wrk.a.one", "wrk.a.two"),
      fleet(),
      ": wrk.a.one wrk.a.two",
    ],
    [
      "matches capabilities that its candidates do not serve",
      { capability_id: "cap.model.*" },
      {},
      fleet(),
      ": wrk.doc.clerk",
    ],
    [
      "matches environments that its candidates may not run in",
      { ...split, env: { in: ["prod", "edge"] } },
      {},
      fleet([worker({ allowed_environments: ["dev", "stage"] })]),
      ": wrk.doc.clerk",
    ],
    [
      "finds capability and environment only in two different workers",
      { ...split, env: "prod" },
      {},
      fleet([
        worker({ allowed_environments: ["dev"] }),
        worker({ worker_id: "org.acme.other", capabilities: ["cap.doc.summarize"] }),
      ]),
      ": wrk.doc.clerk",
    ],
  ])("warns of a rule that %s", (_, match, decision, known, others) => {
    const found = review([rule("r-1", match, decision)], known);
    expect(short(found)).toEqual([`warning unreachable r-1${others || ":"}`]);
  });

  it("does not warn where one of several candidates can do one of several things", () => {
    const match = { capability_id: { in: ["cap.doc.*", "cap.model.*"] }, env: { in: ["dev", "prod"] } };
    const known = fleet([worker({ allowed_environments: ["prod"] })]);
    expect(review([rule("r-1", match, of("wrk.a.nobody", "wrk.doc.clerk"))], known)).toEqual([]);
  });

  it("does not warn where one of several workers of a species may run there", () => {
    const known = fleet(
      ["prod", "dev"].map((env) => worker({ worker_id: `org.acme.${env}`, allowed_environments: [env] })),
    );
    expect(review([rule("r-1", { ...split, env: "prod" })], known)).toEqual([]);
  });

  it("warns of a capability that is named and that nobody serves, not of a prefix", () => {
    const match = { capability_id: { in: ["cap.doc.shred", "cap.doc.summarize", "cap.model.*"] } };
    expect(short(review([rule("r-1", match)]))).toEqual(["warning capability_unserved r-1: cap.doc.shred"]);
  });

  it("warns of a control that no worker of the candidates implements", () => {
    const clerk = { worker_species_id: "wrk.doc.clerk", requires_controls_minimum: ["ctrl.b.minimum"] };
    const other = worker({
      worker_id: "org.acme.other",
      worker_species_id: "wrk.doc.other",
      currently_implements: ["ctrl.b.minimum", "ctrl.a.unheld"],
    });
    const nobody = { worker_species_id: "wrk.doc.nobody", requires_controls_minimum: ["ctrl.c.minimum"] };
    const found = review(
      [
        rule("r-1", split, {
          candidate_workers_ranked: [clerk, nobody],
          required_controls_suggested: ["ctrl.a.held", "ctrl.a.unheld"],
        }),
      ],
      fleet([worker({}), other]),
    );
    expect(short(found)).toEqual(["warning control_unheld r-1: ctrl.a.unheld ctrl.b.minimum"]);
  });

  it("does not warn of a control that one of the candidates' workers implements, nor where nobody is enrolled", () => {
    const other = worker({ worker_id: "org.acme.other", worker_species_id: "wrk.doc.other" });
    const bare = { ...other, implements: new Set<never>() };
    const held = { required_controls_suggested: ["ctrl.a.held"] };
    const both = rule("r-1", split, { ...of("wrk.doc.clerk", "wrk.doc.other"), ...held });
    expect(review([both], fleet([worker({}), bare]))).toEqual([]);
    expect(short(review([rule("r-1", split, { ...of("wrk.a.nobody"), ...held })]))).toEqual([
      "warning unreachable r-1: wrk.a.nobody",
    ]);
  });

  it("warns of a profile that is not held, and of one whose policies the bundle lacks", () => {
    const profile = (profile_id: string) => ({ recommended_profiles: [{ profile_id, score: 1 }] });
    const strict = { profile_id: "prof.a.strict", name: "strict", policies: ["pol.a.one", "pol.a.two"] };
    const policy = { policy_id: "pol.a.one", when: "true", effect: "ALLOW", reason: "yes" };
    const rules = [
      rule("unknown", split, profile("prof.a.unknown")),
      rule("strict", {}, profile("prof.a.strict")),
    ];
    expect(short(review(rules, fleet([worker({})], [strict]), [policy]))).toEqual([
      "warning profile_unknown unknown: prof.a.unknown",
      "warning policy_missing strict: pol.a.two",
    ]);
  });

  it.each([
    ["there is no policy", [], ["warning gate_unanswered gated:"]],
    ["the policies only deny", ["DENY"], ["warning gate_unanswered gated:"]],
    ["a policy asks for a human", ["REQUIRE_HUMAN"], ["warning gate_unanswered gated: pol.a.n0"]],
    ["a policy allows", ["DENY", "ALLOW"], []],
  ])("looks for whoever answers a rule's gate: %s", (_, effects, expected) => {
    const policies = effects.map((effect, number) => ({
      policy_id: `pol.a.n${number}`,
      when: 'request.env == "dev"',
      effect,
      reason: "so",
    }));
    const gated = rule("gated", split, { escalation: { policy_gate: true } });
    expect(short(review([gated], fleet(), policies))).toEqual(expected);
  });
});

describe("rules that overlap", () => {
  const two = (first: object, second: object, matches: object[] = [{ env: "dev" }, { qos_class: "P0" }]) =>
    short(
      review([rule("a", matches[0], first), rule("b", matches[1], second)], {
        ...fleet(),
        profiles: new Map(SHIPPED_PROFILES.map((profile) => [profile.profile_id, { profile, digest: "" }])),
      }),
    );
  const conflict = ["note conflicting a: b"];

  it.each<[string, object, object]>([
    ["candidates", {}, of("wrk.doc.clerk", "wrk.doc.other")],
    ["the order of candidates", of("wrk.doc.clerk", "wrk.doc.other"), of("wrk.doc.other", "wrk.doc.clerk")],
    ["controls", {}, { required_controls_suggested: ["ctrl.a.held"] }],
    [
      "a candidate's controls",
      {},
      {
        candidate_workers_ranked: [
          { worker_species_id: "wrk.doc.clerk", requires_controls_minimum: ["ctrl.a.held"] },
        ],
      },
    ],
    ["what is asked of people", {}, { escalation: { human_required_default: true } }],
    ["preconditions", {}, { preconditions: { must_be_certified: true } }],
    ["profiles", {}, { recommended_profiles: [{ profile_id: "prof.dev.permissive", score: 1 }] }],
    ["one of several candidates", of("wrk.doc.clerk", "wrk.a.one"), of("wrk.doc.clerk", "wrk.a.two")],
    ["the blast limit", { max_blast_score: 50 }, { max_blast_score: { prod: 50 } }],
  ])("conflict where they differ in %s", (_, first, second) => {
    expect(two(first, second)).toEqual(conflict);
  });

  it.each<[string, object, object]>([
    ["nothing", {}, {}],
    [
      "score hints that change no order",
      { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.clerk", score_hint: 0.5 }] },
      {},
    ],
    ["the rationale", { escalation: { rationale: "because" } }, { escalation: { rationale: "therefore" } }],
    [
      "how a blast limit is written",
      { max_blast_score: 5 },
      { max_blast_score: { dev: 5, stage: 5, prod: 5, edge: 5 } },
    ],
  ])("do not conflict where they differ in %s", (_, first, second) => {
    expect(two(first, second)).toEqual([]);
  });

  it("do not conflict where one is the other's exception, or where they never meet", () => {
    const human = { escalation: { human_required_default: true } };
    expect(two(human, {}, [{ ...split, env: "dev" }, { capability_id: "cap.doc.*" }])).toEqual([]);
    expect(two(human, {}, [{ env: "dev" }, { env: { in: ["prod", "edge"] } }])).toEqual([]);
    expect(two(human, {}, [{ capability_id: "cap.doc.*" }, { capability_id: "cap.doc" }])).toEqual([
      "warning unreachable b: wrk.doc.clerk",
      "warning capability_unserved b: cap.doc",
    ]);
  });

  it("are told of each pair, also where two of them meet the same third", () => {
    const human = { escalation: { human_required_default: true } };
    const rules = [
      rule("dev", { env: "dev" }),
      rule("stage", { env: "stage" }),
      rule("urgent", { qos_class: "P0" }, human),
    ];
    expect(short(review(rules))).toEqual(["note conflicting dev: urgent", "note conflicting stage: urgent"]);
  });

  it("are told at most a thousand times, and counted beyond that", () => {
    // The first forty meet the second forty in every pair.
    const rules = Array.from({ length: 80 }, (_, n) => {
      const names = Array.from({ length: 40 }, (_, m) =>
        n < 40 ? `cap.doc.n${n}-${m}` : `cap.doc.n${m}-${n - 40}`,
      );
      return rule(`r-${n}`, { capability_id: { in: names } }, { max_blast_score: n });
    });
    const found = review(rules).filter(({ kind }) => kind === "conflicting");
    expect(found.length).toBe(1001);
    expect(found[0]).toMatchObject({ rule_id: "r-0", others: ["r-40"] });
    expect(found.at(-1)).toMatchObject({
      rule_id: null,
      others: [],
      sentence: "600 more pairs of rules overlap and decide differently.",
    });
  });

  it("are not all looked at where they are very many, and that is said", () => {
    const names = Array.from({ length: 1000 }, (_, n) => `cap.doc.n${n}`);
    const rules = [
      ...names.map((capability_id, n) => rule(`r-${n}`, { capability_id }, { max_blast_score: 1 })),
      ...Array.from({ length: 144 }, (_, n) =>
        rule(
          `wide-${n}`,
          {
            env: ["dev", "stage", "prod", "edge"][n % 4],
            data_label: ["PUBLIC", "INTERNAL", "RESTRICTED"][(n >> 2) % 3],
            tenant_risk: ["low", "medium", "high"][Math.floor(n / 12) % 3],
            qos_class: ["P0", "P1", "P2", "P3"][Math.floor(n / 36)],
          },
          { max_blast_score: 2 },
        ),
      ),
    ];
    const last = review(rules).at(-1);
    expect(last?.sentence).toMatch(/^At least \d+ more pairs of rules overlap and decide differently; /);
  });
});

describe("what a review says", () => {
  it("comes errors first, then warnings, then notes, each in the order of the rules", () => {
    const rules = [
      rule("empty", { env: "dev" }, of()),
      rule("dev", { qos_class: "P0" }, {}),
      rule("none", { capability_id: "cap.doc.shred", env: "stage" }, of()),
      rule("empty-too", { env: "dev" }, of()),
      rule("dev-again", { env: "dev", qos_class: "P1" }, {}),
    ];
    const expected = [
      "error duplicate empty-too: empty",
      "error shadowed dev-again: empty",
      "warning unreachable empty:",
      "warning unreachable none:",
      "warning capability_unserved none: cap.doc.shred",
      "warning unreachable empty-too:",
      "note conflicting empty: dev",
      "note conflicting dev: none",
    ];
    expect(short(review(rules))).toEqual(expected);
    expect(review(rules)).toEqual(review(rules));
  });

  it("is said in these words", () => {
    const human = { policy_id: "pol.a.human", when: "true", effect: "REQUIRE_HUMAN", reason: "so" };
    const gated = { escalation: { policy_gate: true } };
    const profiles = (profile_id: string) => ({ recommended_profiles: [{ profile_id, score: 1 }] });
    const strict = { profile_id: "prof.a.strict", name: "strict", policies: ["pol.a.one"] };
    const rules = [
      rule("nobody", { env: "dev" }, of()),
      rule("unenrolled", { env: "stage" }, of("wrk.a.one", "wrk.a.two")),
      rule("unserved", { capability_id: "cap.doc.shred" }),
      rule("unheld", split, { required_controls_suggested: ["ctrl.a.unheld"] }),
      rule("unknown", { tenant_risk: "low" }, profiles("prof.a.unknown")),
      rule("lacking", { tenant_risk: "medium" }, profiles("prof.a.strict")),
      rule("gated", { qos_class: "P0" }, gated),
      rule("again", { env: { in: ["dev"] } }),
      rule("never", { env: { in: ["dev", "stage"] } }),
    ];
    const said = (findings: BundleFinding[]) =>
      findings.map(({ kind, sentence, remedy }) => `${kind}: ${sentence} ${remedy}`);
    // The first conflict stands for the others.
    expect(said(review(rules, fleet([worker({})], [strict]))).slice(0, 11)).toMatchInlineSnapshot(`
      [
        "duplicate: again has the same match as nobody, which stands before it, so it never matches. Remove one of the two, or give again other conditions.",
        "shadowed: never never matches: earlier rules answer wherever it would (nobody, unenrolled). Move never before them, narrow their conditions, or remove it.",
        "unreachable: nobody names no candidate, so whatever it matches is denied. Name a candidate, or leave it so if denial is meant.",
        "unreachable: No worker is enrolled of wrk.a.one, wrk.a.two, the candidates of unenrolled. Enroll a worker of a candidate, or name another species.",
        "unreachable: No worker of the candidates of unserved serves a capability that it matches in an environment that it matches. Enroll a worker that does, name another species, or change the rule's capability or environment.",
        "capability_unserved: unserved names cap.doc.shred, which no enrolled worker serves. Enroll a worker that serves it, or correct the name.",
        "control_unheld: unheld requires ctrl.a.unheld, which no worker of its candidates implements. Enroll a worker that implements it, or take the control out of the rule.",
        "profile_unknown: unknown asks for prof.a.unknown, which this tenant does not hold, so whatever it matches is denied. Define the profile, or correct its id.",
        "policy_missing: lacking asks for a profile that demands pol.a.one, which this bundle does not hold, so whatever it matches is denied. Add the policy to the bundle, or ask for another profile.",
        "gate_unanswered: gated sets escalation.policy_gate and no policy of the bundle says ALLOW, so whatever it matches is denied. Add a policy with the effect ALLOW, or take policy_gate out of the rule.",
        "conflicting: nobody and unserved overlap and decide differently; where both match, nobody answers because it stands first. Check that their order is the one you mean, or make their conditions exclude each other.",
      ]
    `);
    // The gate again, where somebody may be asked.
    expect(said(review([rule("gated", {}, gated)], fleet(), [human]))).toMatchInlineSnapshot(`
      [
        "gate_unanswered: gated sets escalation.policy_gate and no policy of the bundle says ALLOW, so only what pol.a.human holds for a human can go on. Add a policy with the effect ALLOW, or take policy_gate out of the rule.",
      ]
    `);
  });

  it("is a sentence and a remedy, with at most twenty names", () => {
    const names = Array.from({ length: 30 }, (_, n) => `cap.shred.n${String(n).padStart(2, "0")}`);
    const found = review([rule("r-1", { capability_id: { in: names } }, of()), rule("r-2", {}, of())]);
    expect(found.length).toBe(3);
    for (const { others, sentence, remedy } of found) {
      expect(others.length).toBeLessThanOrEqual(20);
      expect(sentence).toMatch(/^\S.*\.$/);
      expect(remedy).toMatch(/^\S.*\.$/);
    }
    expect(found[1]?.others).toEqual(names.slice(0, 20));
  });
});
