import { Profile, SHIPPED_PROFILES } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { draftOf, fieldAt, readDraft } from "./profile-draft.ts";

describe("a profile in a form", () => {
  it("comes out as it went in", () => {
    for (const profile of SHIPPED_PROFILES) {
      const { profile: read, errors } = readDraft(draftOf(profile, false));
      expect(errors).toEqual({});
      expect(Profile.parse(read)).toEqual(profile);
    }
    const closed = Profile.parse({
      profile_id: "prof.acme.night",
      name: "Night",
      privilege_envelope: { filesystem_writes: [], tools: ["grep", "sed"], secrets_for: [] },
      blast: { hold_at: 0, budget_per_hour: 1_000_000 },
      policies: ["pol.night"],
    });
    expect(readDraft(draftOf(closed, false))).toEqual({ profile: closed, errors: {} });
  });

  it("that begins empty demands nothing, and asks for an id and a name", () => {
    const { profile, errors } = readDraft(draftOf(null, false));
    expect(Object.keys(errors)).toEqual(["id", "name"]);
    expect(profile).toEqual({
      ...Profile.parse({ profile_id: "prof.a", name: "a" }),
      profile_id: "",
      name: "",
    });
  });

  it("that begins as another keeps its floors and neither its id nor its name", () => {
    const [, strict] = SHIPPED_PROFILES;
    const draft = draftOf(strict ?? null, true);
    expect([draft.id, draft.name]).toEqual(["", ""]);
    expect(readDraft({ ...draft, id: "prof.acme.a", name: "A" }).profile.blast).toEqual(strict?.blast);
  });

  it("says at every field at once what is wrong with it", () => {
    const { errors, profile } = readDraft({
      ...draftOf(null, false),
      id: "night",
      name: "Night",
      holdAt: "101",
      denyAt: "-1",
      dimensionsHoldAt: "7.5",
      budget: "lots",
      controls: "ctrl.obs.ok\naudit",
      policies: "ctrl.obs.ok",
    });
    expect(Object.keys(errors).sort()).toEqual(
      ["id", "holdAt", "denyAt", "dimensionsHoldAt", "budget", "controls", "policies"].sort(),
    );
    expect(errors.holdAt).toBe("Expected a whole number from 0 to 100, or nothing");
    expect(errors.controls).toContain("“audit”");
    expect(profile.controls_required).toEqual(["ctrl.obs.ok"]);
  });

  it("reads 20,000 as people write it", () => {
    expect(readDraft({ ...draftOf(null, false), budget: "20,000" }).profile.blast.budget_per_hour).toBe(
      20_000,
    );
  });

  it("shows what the Hall finds at the field that it is about", () => {
    expect(fieldAt("profile.blast.hold_at")).toBe("holdAt");
    expect(fieldAt("profile.controls_required.0")).toBe("controls");
    expect(fieldAt("profile_id")).toBe("id");
    expect(fieldAt("profile.policies.3")).toBe("policies");
    expect(fieldAt("body")).toBeNull();
  });
});
