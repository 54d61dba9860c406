import { describe, expect, it } from "vitest";
import { ROLE_PERMISSIONS } from "../../hall-api/src/identity/permissions.ts";
import { type Act, HOLDERS, whyNot } from "./permissions.ts";

const TABLE: Record<string, readonly string[]> = ROLE_PERMISSIONS;
const ROLES = Object.keys(ROLE_PERMISSIONS);
const as = (role: string) => ({ member: { role }, permissions: TABLE[role] ?? [] });

describe("what a button says beforehand", () => {
  it("is what the Hall would answer, for every role, and names exactly those who may", () => {
    for (const act of Object.keys(HOLDERS) as Act[])
      for (const role of ROLES) {
        const holds = new Set<string>(TABLE[role]).has(act);
        expect(whyNot(as(role), act) === undefined, `${role} ${act}`).toBe(holds);
        expect((HOLDERS[act] as readonly string[]).includes(role), `${role} ${act}`).toBe(holds);
      }
  });

  it("names the role, what it may not, and who may", () => {
    expect(whyNot(as("auditor"), "rule:publish")).toBe(
      "As auditor you may not publish rules: owner and operator may",
    );
    expect(whyNot(as("auditor"), "rule:consent")).toBe(
      "As auditor you may not consent to a draft: owner, operator, approver and compliance may",
    );
  });

  it("goes by what the session may, so that a role of the tenant's own counts", () => {
    const keeper = { member: { role: "rule-keeper" }, permissions: ["rule:publish"] };
    expect(whyNot(keeper, "rule:publish")).toBeUndefined();
    expect(whyNot(keeper, "role:define")).toBe("As rule-keeper you may not make or change roles: owner may");
  });

  it("lets nobody press while it is unknown who is there", () => {
    expect(whyNot(null, "rule:publish")).toBeDefined();
  });
});
