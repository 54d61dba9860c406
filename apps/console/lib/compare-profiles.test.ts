import * as protocol from "@guildhall/protocol";
import { type Env, Profile, type ProfileInput, SHIPPED_PROFILES } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { BLAST_GATE, compareProfiles } from "./compare-profiles.ts";

const profile = (changes: Partial<ProfileInput> = {}): Profile =>
  Profile.parse({ profile_id: "prof.test", name: "Test", ...changes });
const shipped = (id: string) => SHIPPED_PROFILES.find(({ profile_id }) => profile_id === id) as Profile;
const told = (before: Profile | null, after: Profile | null, env: Env | null = null) =>
  compareProfiles(before, after, env).map(({ direction, sentence }) => `${direction}: ${sentence}`);

it("the platform's gate is the protocol's", () => {
  expect(BLAST_GATE).toBe(protocol.BLAST_GATE);
});

describe("where one profile takes the place of another", () => {
  it("nothing is said where nothing changes", () => {
    for (const one of SHIPPED_PROFILES) expect(told(one, one)).toEqual([]);
    expect(told(null, profile())).toEqual([]);
    expect(told(profile({ name: "Other", description: "words" }), profile())).toEqual([]);
  });

  const STRICTER: [field: string, changes: Partial<ProfileInput>][] = [
    ["agreement", { agreement_required: true }],
    ["certification", { certification_for: ["INTERNAL"] }],
    ["attestation", { attestation_minimum: "self-reported" }],
    ["an envelope", { privilege_envelope: { required_for: ["PUBLIC"] } }],
    ["egress", { privilege_envelope: { network_egress: "allowlisted" } }],
    ["secrets", { privilege_envelope: { secrets_for: ["PUBLIC"] } }],
    ["files", { privilege_envelope: { filesystem_writes: ["/tmp"] } }],
    ["tools", { privilege_envelope: { tools: [] } }],
    ["holds", { blast: { hold_at: 60 } }],
    ["denials", { blast: { deny_at: 90 } }],
    ["dimension holds", { blast: { dimensions_hold_at: 7 } }],
    ["dimension denials", { blast: { dimensions_deny_at: 10 } }],
    ["the budget", { blast: { budget_per_hour: 100 } }],
    ["controls", { controls_required: ["ctrl.obs.audit-log-append-only"] }],
    ["policies", { policies: ["pol.night"] }],
  ];

  it.each(STRICTER)("%s: adding a floor is stricter, taking it away is looser", (_, changes) => {
    const [more, less] = [
      compareProfiles(null, profile(changes), null),
      compareProfiles(profile(changes), null, null),
    ];
    expect(more.map(({ direction }) => direction)).toEqual(["stricter"]);
    expect(less.map(({ direction }) => direction)).toEqual(["looser"]);
  });

  it("every floor that a profile can set is held against the other's", () => {
    const {
      profile_id: _id,
      name: _name,
      description: _words,
      recommended_for_risk_tiers: _tiers,
      ...floors
    } = profile();
    const { privilege_envelope, blast, ...plain } = floors;
    const count = Object.keys({ ...plain, ...privilege_envelope, ...blast }).length;
    expect(STRICTER).toHaveLength(count);
  });

  it("a lower limit is stricter and a higher one looser, with both figures", () => {
    expect(told(profile({ blast: { hold_at: 80 } }), profile({ blast: { hold_at: 60 } }))).toEqual([
      "stricter: From a blast score of 60 on a human decides (was 80).",
    ]);
    expect(told(profile({ blast: { hold_at: 60 } }), profile({ blast: { hold_at: 80 } }))).toEqual([
      "looser: Only from a blast score of 80 on a human decides (was 60).",
    ]);
    expect(told(profile({ blast: { deny_at: 0 } }), profile({ blast: { deny_at: null } }))).toEqual([
      "looser: No limit on a blast score, from which on the request is denied (was 0).",
    ]);
  });

  it("a mixed change says both", () => {
    const before = profile({ certification_for: ["PUBLIC"], blast: { budget_per_hour: 20_000 } });
    const after = profile({ certification_for: ["RESTRICTED"], blast: { budget_per_hour: 5_000 } });
    expect(told(before, after)).toEqual([
      "stricter: A live certification is needed for RESTRICTED data.",
      "looser: A live certification is no longer needed for PUBLIC data.",
      "stricter: One agent may add up 5,000 within an hour (was 20,000).",
    ]);
  });

  it("a narrower path is stricter only", () => {
    const under = (path: string) => profile({ privilege_envelope: { filesystem_writes: [path] } });
    expect(told(under("/data"), under("/data/out"))).toEqual([
      "stricter: A privilege envelope may no longer write files under /data.",
    ]);
    expect(told(under("/data/out"), under("/data"))).toEqual([
      "looser: A privilege envelope may write files under /data too.",
    ]);
    // A path that only begins with the same letters is another path.
    expect(told(under("/data"), under("/database"))).toHaveLength(2);
  });
});

describe("in prod and edge the platform's own floors hold already", () => {
  it("so a profile that asks for no more changes nothing there", () => {
    const lax = profile({ blast: { hold_at: 95 }, privilege_envelope: { network_egress: "allowlisted" } });
    expect(told(null, lax, "prod")).toEqual([]);
    expect(told(null, lax, "dev")).toHaveLength(2);
    const gate = profile({
      blast: { hold_at: 85 },
      privilege_envelope: { secrets_for: ["PUBLIC", "INTERNAL"] },
    });
    expect(told(gate, null, "edge")).toEqual([]);
    expect(told(gate, null, "stage")).toHaveLength(2);
  });

  it("and what is stricter than they are is told", () => {
    expect(told(null, shipped("prof.edge.isolated"), "edge")).toContain(
      "stricter: From a blast score of 70 on a human decides (was 85).",
    );
    expect(told(shipped("prof.edge.isolated"), shipped("prof.dev.permissive"), "edge")).toContain(
      "looser: A privilege envelope may reach listed addresses only.",
    );
  });
});
