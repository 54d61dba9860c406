import { createHash } from "node:crypto";
import { canonicalJson, SHIPPED_PROFILES } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { settle } from "./testing/settled.ts";
import { addMember, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const settled = () => settle(hall, worker);

/** Asks for a control that the demo's worker lacks. */
const CAREFUL = {
  profile_id: "prof.test.careful",
  name: "Careful",
  controls_required: ["ctrl.data.redaction-before-egress"],
};

interface Listed {
  profiles: {
    profile: { profile_id: string; controls_required: string[] };
    digest: string;
    shipped: boolean;
    retired_at: string | null;
    stands_for: string[];
  }[];
  environments: { env: string; profile_id: string | null }[];
}
interface Recorded {
  digest: string;
  receipt_id: string;
}

const list = async (key: string) => (await hall.ask<Listed>("GET", "/wcp/profiles", { key })).body;
const define = (key: string, profile: object, id = CAREFUL.profile_id) =>
  hall.ask<Recorded>("PUT", `/wcp/profiles/${id}`, { key, body: { profile } });
const retire = (key: string, id = CAREFUL.profile_id, at = hall) =>
  at.ask<Recorded>("POST", `/wcp/profiles/${id}/retire`, { key, body: {} });
const stand = (key: string, env: string, profile_id: string | null, at = hall) =>
  at.ask<Recorded>("PUT", `/wcp/environments/${env}/profile`, { key, body: { profile_id } });
const route = async (tenant: TestTenant, env: string, at = hall) =>
  (
    await at.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, { env }),
    })
  ).body;

it("every tenant has the profiles that the Hall ships, each by the digest of its canonical text", async () => {
  const tenant = await settled();
  const { profiles, environments } = await list(tenant.key);
  expect(profiles.map(({ profile }) => profile)).toEqual(SHIPPED_PROFILES);
  for (const { profile, digest, shipped, retired_at, stands_for } of profiles) {
    expect(digest).toBe(`sha256:${createHash("sha256").update(canonicalJson(profile)).digest("hex")}`);
    expect({ shipped, retired_at, stands_for }).toEqual({ shipped: true, retired_at: null, stands_for: [] });
    const { body } = await hall.ask("GET", `/wcp/profiles/versions/${digest}`, { key: tenant.key });
    expect(body).toEqual({ digest, profile });
  }
  expect(environments).toEqual(["dev", "stage", "prod", "edge"].map((env) => ({ env, profile_id: null })));
});

describe("a profile that stands for an environment", () => {
  it("changes decisions there, in every instance, with no change to rules or workers, and nowhere else", async () => {
    const tenant = await settled();
    for (const at of [hall, second])
      expect(await route(tenant, "stage", at)).toMatchObject({ outcome: "DISPATCH" });
    const rulesBefore = (await hall.ask("GET", "/wcp/rules", { key: tenant.key })).text;
    const workersBefore = (await hall.ask("GET", "/wcp/workers", { key: tenant.key })).text;
    await define(tenant.operator, CAREFUL);
    // Defined is not yet in force.
    expect(await route(tenant, "stage")).toMatchObject({ outcome: "DISPATCH" });

    const { status, body } = await stand(tenant.operator, "stage", CAREFUL.profile_id);
    expect(status).toBe(200);
    for (const at of [hall, second]) {
      const denied = await route(tenant, "stage", at);
      expect(denied).toMatchObject({
        deny_code: "DENY_MISSING_REQUIRED_CONTROLS",
        matched_rule_id: "summarize",
      });
      expect(await verified(denied, hall.verifierKey)).toMatchObject({
        decision: {
          profiles: [{ profile_id: CAREFUL.profile_id, digest: expect.stringMatching(/^sha256:/) }],
          inputs: { environment_profile: CAREFUL.profile_id },
        },
      });
      expect(await route(tenant, "dev", at)).toMatchObject({ outcome: "DISPATCH" });
    }
    expect((await hall.ask("GET", "/wcp/rules", { key: tenant.key })).text).toBe(rulesBefore);
    expect((await hall.ask("GET", "/wcp/workers", { key: tenant.key })).text).toBe(workersBefore);
    expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({
      kind: "profile",
      action: "set",
      subject: "stage",
      details: { profile_id: CAREFUL.profile_id, previous_profile_id: null },
    });
    const listed = await list(tenant.key);
    expect(listed.environments).toContainEqual({ env: "stage", profile_id: CAREFUL.profile_id });
    expect(listed.profiles.at(-1)).toMatchObject({ shipped: false, stands_for: ["stage"] });

    const { body: cleared } = await stand(tenant.operator, "stage", null);
    for (const at of [hall, second])
      expect(await route(tenant, "stage", at)).toMatchObject({ outcome: "DISPATCH" });
    expect(await verifiedAct(hall, tenant.key, cleared.receipt_id)).toMatchObject({
      action: "cleared",
      details: { profile_id: null, digest: null, previous_profile_id: CAREFUL.profile_id },
    });
  });

  it("may be one that the Hall ships", async () => {
    const tenant = await settled();
    await stand(tenant.operator, "prod", "prof.prod.strict");
    expect(await route(tenant, "prod")).toMatchObject({
      denied: true,
      deny_code: "DENY_AGREEMENT_REQUIRED",
    });
    await stand(tenant.operator, "prod", "prof.dev.permissive");
    expect(await route(tenant, "prod")).toMatchObject({ outcome: "DISPATCH" });
  });

  it("holds in its newest version, and the one before it can still be read by its digest", async () => {
    const tenant = await settled();
    const { body: careful } = await define(tenant.operator, CAREFUL);
    await stand(tenant.operator, "dev", CAREFUL.profile_id);
    expect(await route(tenant, "dev")).toMatchObject({ denied: true });
    const { body: eased } = await define(tenant.operator, { ...CAREFUL, controls_required: [] });
    expect(eased.digest).not.toBe(careful.digest);
    for (const at of [hall, second])
      expect(await route(tenant, "dev", at)).toMatchObject({ outcome: "DISPATCH" });
    expect(await verifiedAct(hall, tenant.key, eased.receipt_id)).toMatchObject({
      kind: "profile",
      action: "defined",
      subject: CAREFUL.profile_id,
      details: { digest: eased.digest, previous_digest: careful.digest },
    });
    const { body: old } = await hall.ask("GET", `/wcp/profiles/versions/${careful.digest}`, {
      key: tenant.key,
    });
    expect(old).toMatchObject({ digest: careful.digest, profile: CAREFUL });
  });
});

describe("retiring a profile", () => {
  it("is refused while it stands for an environment, and done once it does not", async () => {
    const tenant = await settled();
    await define(tenant.operator, CAREFUL);
    await stand(tenant.operator, "dev", CAREFUL.profile_id);
    await stand(tenant.operator, "prod", CAREFUL.profile_id);
    const refusal = expectRefusal((await retire(tenant.operator)) as never, 409, "CONFLICT");
    expect(refusal).toMatchObject({ reason: "it stands for dev and prod", environments: ["dev", "prod"] });
    await stand(tenant.operator, "dev", null);
    await stand(tenant.operator, "prod", null);

    const { status, body } = await retire(tenant.operator);
    expect(status).toBe(200);
    expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({
      kind: "profile",
      action: "retired",
      subject: CAREFUL.profile_id,
    });
    expect((await list(tenant.key)).profiles.at(-1)?.retired_at).toMatch(/Z$/);
    expect(expectRefusal((await retire(tenant.operator)) as never, 409, "CONFLICT").reason).toBe(
      "already retired",
    );
    expect(
      expectRefusal((await stand(tenant.operator, "dev", CAREFUL.profile_id)) as never, 409, "CONFLICT")
        .reason,
    ).toBe("the profile is retired");
    // Defined anew it is there again.
    await define(tenant.operator, CAREFUL);
    expect((await stand(tenant.operator, "dev", CAREFUL.profile_id)).status).toBe(200);
  });

  it("and letting it stand, at the same time in two instances, never leave a retired one standing", async () => {
    const tenant = await settled();
    for (let round = 0; round < 12; round++) {
      await stand(tenant.operator, "edge", null);
      await define(tenant.operator, CAREFUL);
      const both = await Promise.all([
        retire(tenant.operator, CAREFUL.profile_id, round % 2 ? hall : second),
        stand(tenant.operator, "edge", CAREFUL.profile_id, round % 2 ? second : hall),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      const { profiles } = await list(tenant.key);
      const own = profiles.find(({ shipped }) => !shipped);
      expect(own?.retired_at === null).toBe(own?.stands_for.length === 1);
    }
  });
});

it("whatever is done to a profile raises the fence: no decision made before it is recorded after it", async () => {
  const tenant = await settled();
  for (const act of [
    () => define(tenant.operator, CAREFUL),
    () => stand(tenant.operator, "dev", CAREFUL.profile_id),
    () => stand(tenant.operator, "dev", null),
    () => retire(tenant.operator),
  ]) {
    const before = await epochOf(house, tenant.id);
    expect((await act()).status).toBe(200);
    expect(await epochOf(house, tenant.id)).toBe(before + 1);
  }
});

describe("a profile is refused", () => {
  it("where it is one that the Hall ships: it is neither changed nor retired", async () => {
    const tenant = await settled();
    for (const { profile_id, name } of SHIPPED_PROFILES) {
      expectRefusal(
        (await define(tenant.operator, { profile_id, name }, profile_id)) as never,
        409,
        "PROFILE_SHIPPED",
      );
      expectRefusal((await retire(tenant.operator, profile_id)) as never, 409, "PROFILE_SHIPPED");
    }
  });

  it("where it is called something else inside, holds what no profile does, or is none that there is", async () => {
    const tenant = await settled();
    const other = await settled();
    await define(other.operator, CAREFUL);
    expect(
      expectRefusal((await define(tenant.operator, CAREFUL, "prof.test.other")) as never, 400, /./).problems,
    ).toMatchObject([{ path: "profile.profile_id" }]);
    expect(
      expectRefusal((await define(tenant.operator, { ...CAREFUL, colour: "red" })) as never, 400, /./)
        .problems,
    ).toMatchObject([{ path: "profile.colour" }]);
    expectRefusal((await stand(tenant.operator, "nowhere", "prof.prod.strict")) as never, 400, /./);
    // Another tenant's is none.
    expectRefusal((await stand(tenant.operator, "dev", CAREFUL.profile_id)) as never, 404, "NOT_FOUND");
    expectRefusal((await retire(tenant.operator)) as never, 404, "NOT_FOUND");
  });

  it("where who asks may not: keys and everybody but operators", async () => {
    const tenant = await settled();
    const { session: auditor } = await addMember(hall.hall, tenant.id, "auditor");
    for (const key of [tenant.key, auditor]) {
      expectRefusal((await define(key, CAREFUL)) as never, 403, "FORBIDDEN");
      expectRefusal((await retire(key)) as never, 403, "FORBIDDEN");
      expectRefusal((await stand(key, "dev", null)) as never, 403, "FORBIDDEN");
      expect((await list(key)).profiles.length).toBe(SHIPPED_PROFILES.length);
    }
  });
});
