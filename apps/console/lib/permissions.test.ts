import { describe, expect, it } from "vitest";
import { ROLE_PERMISSIONS } from "../../hall-api/src/identity/permissions.ts";
import { type Act, HOLDERS, type Role, whyNot } from "./permissions.ts";

const TABLE: Record<string, readonly string[]> = ROLE_PERMISSIONS;
const ROLES = Object.keys(ROLE_PERMISSIONS) as Role[];

describe("what a button says beforehand", () => {
  it("is what the Hall would answer, for every role", () => {
    for (const act of Object.keys(HOLDERS) as Act[])
      for (const role of ROLES) {
        const holds = new Set<string>(TABLE[role]).has(act);
        expect(whyNot(role, act) === undefined, `${role} ${act}`).toBe(holds);
      }
  });

  it("names the role, what it may not, and who may", () => {
    expect(whyNot("viewer", "rule:publish")).toBe("As viewer you may not publish rules: operator may");
    expect(whyNot("viewer", "rule:consent")).toBe(
      "As viewer you may not consent to a draft: operator, approver and compliance may",
    );
  });

  it("lets nobody press while it is unknown who is there", () => {
    expect(whyNot(null, "rule:publish")).toBeDefined();
  });
});
