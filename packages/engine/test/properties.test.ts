import { type ControlId, type Decision, Policy, type RuleBundle, STEPS, stepsOf } from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, decide, explain, type Snapshot, type SnapshotWorker, telemetryOf } from "../src/index.ts";
import { body, bundle, bySpecies, CONTROLS, policy, routeRequest, snapshot, worker } from "./arbitraries.ts";
import { failing } from "./vector.ts";
import { wellFormed } from "./well-formed.ts";

const NOW_MS = 1200;
const RUNS = { numRuns: 1_000 };

function ask(rules: RuleBundle, hall: Snapshot, sent: Record<string, unknown>): Decision {
  return decide(compile(rules, "bundle-1"), hall, routeRequest(sent), NOW_MS);
}

describe("every decision", () => {
  it("is well formed, and the world of these tests knows all outcomes", () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(bundle(), snapshot, body, (rules, hall, sent) => {
        const decision = ask(rules, hall, sent);
        wellFormed(decision);
        expect(explain(decision)).toHaveLength(STEPS.length);
        const outcome = decision.deny?.code ?? decision.outcome;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
      { ...RUNS, seed: 7 },
    );
    expect(outcomes.get("ALLOW")).toBeGreaterThan(30);
    expect(outcomes.size).toBeGreaterThan(12);
  });

  it("is the same for the same arguments, however sets and maps were filled", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, (rules, hall, sent) => {
        expect(ask(rules, turnedRound(hall), sent)).toEqual(ask(rules, hall, sent));
      }),
      RUNS,
    );
  });
});

/** The steps that look at the selected worker itself. */
const OF_THE_WORKER = ["blast", "policy", "certification", "attestation", "privilege", "approval"];
const STRICTNESS = { ALLOW: 0, HOLD: 1, DENY: 2 };

function isLooser(one: Decision, other: Decision): boolean {
  return STRICTNESS[one.outcome] < STRICTNESS[other.outcome];
}

describe("a right that is taken away", () => {
  /**
   * A ban or a control may move the choice to another worker, which is then judged by its own blast and
   * privileges. So an ALLOW may follow a DENY in one way only: the refused worker had been selected and was
   * stopped for what it is itself, and the work now goes to a worker that passes everything.
   */
  function tightened(before: Decision, after: Decision): void {
    if (!isLooser(after, before)) return;
    const stopped = stepsOf(before).find((step) => step.mark === "failed" || step.mark === "held")?.step;
    expect(OF_THE_WORKER).toContain(stopped);
    expect(before.selected).not.toBeNull();
    expect(after.selected?.worker_id).not.toBe(before.selected?.worker_id);
  }

  it("by a ban never allows what was denied, and never the banned worker", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, fc.nat(30), (rules, hall, sent, number) => {
        const banned = `org.acme.w${number}`;
        const before = ask(rules, hall, sent);
        const after = ask(rules, { ...hall, bannedWorkers: new Set([...hall.bannedWorkers, banned]) }, sent);
        tightened(before, after);
        if (after.outcome === "ALLOW") expect(after.selected?.worker_id).not.toBe(banned);
        if (before.selected?.worker_id !== banned) expect(after.outcome).toBe(before.outcome);
      }),
      RUNS,
    );
  });

  it("by a required control never allows what was denied, and never a worker without it", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, fc.constantFrom(...CONTROLS), (rules, hall, sent, control) => {
        const before = ask(rules, hall, sent);
        const after = ask(withControl(rules, control as ControlId), hall, sent);
        tightened(before, after);
        if (after.outcome === "ALLOW") expect(after.controls_verified).toContain(control);
      }),
      RUNS,
    );
  });

  it("never turns DENY into ALLOW where the workers are alike in blast and privileges", () => {
    fc.assert(
      fc.property(
        bundle(),
        snapshot,
        body,
        worker,
        fc.nat(30),
        fc.constantFrom(...CONTROLS),
        (rules, hall, sent, model, number, control) => {
          const alike = {
            ...everyWorker(hall, (one) => ({
              ...one,
              dimensionSum: model.dimensionSum,
              privilegeEnvelope: model.privilegeEnvelope,
              attestation: model.attestation,
              requiredControls: [],
            })),
            certificates: new Map(),
          };
          const before = ask(rules, alike, sent);
          const banned = {
            ...alike,
            bannedWorkers: new Set([...alike.bannedWorkers, `org.acme.w${number}`]),
          };
          expect(isLooser(ask(rules, banned, sent), before)).toBe(false);
          expect(isLooser(ask(withControl(rules, control as ControlId), alike, sent), before)).toBe(false);
        },
      ),
      RUNS,
    );
  });
});

describe("a demand that is added", () => {
  it("by a policy that denies or asks for a human never loosens a decision", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, policy, (rules, hall, sent, added) => {
        if (added.effect === "ALLOW") return;
        const more = Policy.parse({ ...added, policy_id: "pol.own.added" });
        const after = ask({ ...rules, policies: [...rules.policies, more] }, hall, sent);
        expect(isLooser(after, withGatesAnswered(rules, hall, sent))).toBe(false);
      }),
      RUNS,
    );
  });

  it("by a profile over the environment never loosens a decision of the same worker", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, (rules, hall, sent) => {
        const environmentProfiles = { dev: null, stage: null, prod: null, edge: null };
        const before = ask(rules, { ...hall, environmentProfiles }, sent);
        const after = ask(rules, hall, sent);
        // Stricter controls may move the work to another worker, which is judged by itself.
        if (before.selected?.worker_id === after.selected?.worker_id)
          expect(isLooser(after, before)).toBe(false);
      }),
      RUNS,
    );
  });
});

/** A gate without any policy is unconfigured; with one that holds the work it is answered. */
function withGatesAnswered(rules: RuleBundle, hall: Snapshot, sent: Record<string, unknown>): Decision {
  const before = ask(rules, hall, sent);
  const open = rules.rules.map((rule) => ({
    ...rule,
    decision: { ...rule.decision, escalation: { ...rule.decision.escalation, policy_gate: false } },
  }));
  return before.deny?.code.startsWith("DENY_POLICY_GATE")
    ? ask({ ...rules, rules: open }, hall, sent)
    : before;
}

describe("the caller", () => {
  it("never loosens a decision by raising its blast score", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, fc.nat(100), fc.nat(100), (rules, hall, sent, one, other) => {
        const low = ask(rules, hall, { ...sent, blast_score: Math.min(one, other) });
        const high = ask(rules, hall, { ...sent, blast_score: Math.max(one, other) });
        expect(isLooser(high, low)).toBe(false);
        if (low.blast && high.blast) expect(high.blast.score).toBeGreaterThanOrEqual(low.blast.score);
      }),
      RUNS,
    );
  });

  it("never loosens a decision by sending a score at all", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, fc.nat(100), (rules, hall, sent, score) => {
        const silent = ask(rules, hall, { ...sent, blast_score: null });
        expect(isLooser(ask(rules, hall, { ...sent, blast_score: score }), silent)).toBe(false);
      }),
      RUNS,
    );
  });
});

describe("a failure inside", () => {
  const parts: (keyof Snapshot)[] = [
    "version",
    "takenAtMs",
    "tenantStatus",
    "workers",
    "bannedWorkers",
    "egressAllowlist",
    "environmentProfiles",
    "profiles",
    "signatoryRequired",
    "agreements",
    "certificates",
    "chainSums",
    "blastSpent",
    "catalogVersion",
  ];

  it("is DENY_INTERNAL_ERROR, whichever part of the snapshot fails", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, fc.constantFrom(...parts), (rules, hall, sent, part) => {
        const healthy = ask(rules, hall, sent);
        const broken = ask(rules, failingAt(hall, part), sent);
        wellFormed(broken);
        // A part that the decision never looked at can not have mattered.
        if (broken.deny?.code !== "DENY_INTERNAL_ERROR") expect(broken).toEqual(healthy);
        else expect(JSON.stringify(broken)).not.toMatch(/Error\b|\bat .*:\d+/);
      }),
      RUNS,
    );
  });

  it("is DENY_INTERNAL_ERROR for arguments that are no arguments", () => {
    const rules = fc.sample(bundle(), { numRuns: 1, seed: 1 })[0] as RuleBundle;
    const hall = fc.sample(snapshot, { numRuns: 1, seed: 1 })[0] as Snapshot;
    const program = compile(rules, "bundle-1");
    const request = routeRequest({
      capability_id: "cap.doc.summarize",
      env: "dev",
      data_label: "PUBLIC",
      tenant_risk: "low",
      qos_class: "P2",
      tenant_id: "tenant-1",
      correlation_id: "c-1",
    });
    const nothing = undefined as never;
    for (const decision of [
      decide(nothing, hall, request, NOW_MS),
      decide(program, nothing, request, NOW_MS),
      decide(program, hall, nothing, NOW_MS),
      decide(program, hall, failing(request), NOW_MS),
      decide(program, hall, { ...request, identities: nothing }, NOW_MS),
      decide(program, hall, request, 1n as never),
    ]) {
      wellFormed(decision);
      expect(decision.deny?.code).toBe("DENY_INTERNAL_ERROR");
      expect(() => telemetryOf(decision, { decisionId: "id-1", timestamp: "now" as never })).not.toThrow();
      expect(() => explain(decision)).not.toThrow();
    }
  });

  it("is DENY_INTERNAL_ERROR for the snapshot of another tenant, of whom nothing is told", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, (rules, hall, sent) => {
        const theirs = "00000000-0000-4000-8000-000000000002" as Snapshot["tenantId"];
        const decision = ask(rules, { ...hall, tenantId: theirs }, sent);
        wellFormed(decision);
        expect(decision).toMatchObject({ outcome: "DENY", selected: null, candidates: [], inputs: {} });
        expect(decision.deny?.code).toBe("DENY_INTERNAL_ERROR");
      }),
      RUNS,
    );
  });

  it("does not take a worker with an impossible dimension sum for a harmless one", () => {
    fc.assert(
      fc.property(
        bundle(),
        snapshot,
        body,
        fc.constantFrom(Number.NaN, -1, 26, Number.POSITIVE_INFINITY),
        (rules, hall, sent, dimensionSum) => {
          const odd = everyWorker(hall, (one) => ({ ...one, dimensionSum }));
          expect(ask(rules, odd, sent).outcome).toBe("DENY");
        },
      ),
      RUNS,
    );
  });

  it("does not take a chain with an impossible sum for a short one", () => {
    fc.assert(
      fc.property(
        bundle(),
        snapshot,
        body,
        fc.constantFrom(Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY),
        (rules, hall, sent, sum) => {
          const odd = ask(rules, { ...hall, chainSums: new Map([["c-1", sum]]) }, sent);
          expect(odd.outcome).toBe("DENY");
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is a stale snapshot where the clock is no number", () => {
    fc.assert(
      fc.property(bundle(), snapshot, body, (rules, hall, sent) => {
        const decision = decide(compile(rules, "bundle-1"), hall, routeRequest(sent), Number.NaN);
        wellFormed(decision);
        expect(decision.deny?.code).toBe("DENY_SNAPSHOT_STALE");
      }),
      { numRuns: 100 },
    );
  });
});

function withControl(rules: RuleBundle, control: ControlId): RuleBundle {
  return {
    ...rules,
    rules: rules.rules.map((rule) => ({
      ...rule,
      decision: {
        ...rule.decision,
        required_controls_suggested: [...rule.decision.required_controls_suggested, control],
      },
    })),
  };
}

function everyWorker(hall: Snapshot, change: (worker: SnapshotWorker) => SnapshotWorker): Snapshot {
  return { ...hall, workers: bySpecies([...hall.workers.values()].flat().map(change)) };
}

/** The same snapshot with every map and set filled the other way round. */
function turnedRound(hall: Snapshot): Snapshot {
  const reversed = <T>(set: ReadonlySet<T>) => new Set([...set].reverse());
  return {
    ...hall,
    bannedWorkers: reversed(hall.bannedWorkers),
    workers: new Map(
      [...hall.workers].reverse().map(([species, workers]) => [
        species,
        workers.map((one) => ({
          ...one,
          capabilities: reversed(one.capabilities),
          implements: reversed(one.implements),
          allowedEnvironments: one.allowedEnvironments && reversed(one.allowedEnvironments),
        })),
      ]),
    ),
  };
}

function failingAt(hall: Snapshot, part: keyof Snapshot): Snapshot {
  return new Proxy(hall, {
    get(target, key) {
      if (key === part) throw new Error("this part can not be read");
      return Reflect.get(target, key);
    },
  });
}
