import { describe, expect, it } from "vitest";
import { PLATFORM_PERMISSIONS } from "../../hall-api/src/identity/permissions.ts";
import { type PlatformAct, whyNotOperate } from "./platform.ts";

const ACTS: PlatformAct[] = ["tenant:create", "tenant:set-standing"];
const as = (role: string, permissions: readonly string[]) => ({ member: { role }, permissions });

describe("what a button of the platform says beforehand", () => {
  it("is what the Hall would answer, for both roles of its house", () => {
    for (const [role, permissions] of Object.entries(PLATFORM_PERMISSIONS))
      for (const act of ACTS)
        expect(whyNotOperate(as(role, permissions), act) === undefined, `${role} ${act}`).toBe(
          new Set<string>(permissions).has(act),
        );
  });

  it("names the role, what it may not, and who may", () => {
    expect(whyNotOperate(as("auditor", []), "tenant:create")).toBe(
      "As auditor of the platform you may not make tenants or invite their owners: owner may",
    );
    expect(whyNotOperate(null, "tenant:create")).toBeDefined();
  });
});
