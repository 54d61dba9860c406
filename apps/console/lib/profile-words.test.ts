import { Profile, SHIPPED_PROFILES } from "@guildhall/protocol";
import { expect, it } from "vitest";
import { profileStatements } from "./profile-words.ts";

const statements = (id: string) =>
  profileStatements(SHIPPED_PROFILES.find(({ profile_id }) => profile_id === id) as Profile);

it("a profile is read as plain sentences", () => {
  expect(statements("prof.prod.strict")).toMatchInlineSnapshot(`
    [
      "Nothing is dispatched without a signatory agreement in force.",
      "A worker needs a live certification for INTERNAL and RESTRICTED data.",
      "A worker's code has to be attested: runner-measured, or stronger.",
      "A worker without a privilege envelope is refused for INTERNAL and RESTRICTED data.",
      "A privilege envelope may reach listed addresses only.",
      "A privilege envelope may name secrets for PUBLIC and INTERNAL data only.",
      "From a blast score of 85 on a human decides.",
      "From a dimension sum of 7 on a human decides.",
      "From a dimension sum of 10 on the request is denied.",
      "One agent may add up blast scores of 20,000 within an hour.",
      "A worker has to implement ctrl.obs.audit-log-append-only.",
    ]
  `);
  expect(statements("prof.edge.isolated")).toMatchInlineSnapshot(`
    [
      "Nothing is dispatched without a signatory agreement in force.",
      "A worker needs a live certification for PUBLIC, INTERNAL and RESTRICTED data.",
      "A worker's code has to be attested: runner-measured, or stronger.",
      "A worker without a privilege envelope is refused for PUBLIC, INTERNAL and RESTRICTED data.",
      "A privilege envelope may reach no network.",
      "A privilege envelope may name no secrets.",
      "From a blast score of 70 on a human decides.",
      "From a dimension sum of 5 on a human decides.",
      "From a dimension sum of 8 on the request is denied.",
      "One agent may add up blast scores of 5,000 within an hour.",
      "A worker has to implement ctrl.obs.audit-log-append-only, ctrl.sandbox.no-egress-default-deny.",
    ]
  `);
});

it("a profile that adds nothing says nothing", () => {
  expect(statements("prof.dev.permissive")).toEqual([]);
});

it("an empty list is none, and not any", () => {
  const closed = Profile.parse({
    profile_id: "prof.x",
    name: "x",
    privilege_envelope: { filesystem_writes: [], tools: [], secrets_for: [] },
  });
  expect(profileStatements(closed)).toEqual([
    "A privilege envelope may name no secrets.",
    "A privilege envelope may write no files.",
    "A privilege envelope may name no tools.",
  ]);
});
