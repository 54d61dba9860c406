import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addAuthenticator } from "./testing/authenticator.ts";
import { oneUponAnother } from "./testing/hold-log.ts";
import { expectRefusal } from "./testing/refusal.ts";
import {
  type Answer,
  type OpenHall,
  openHouse,
  type Refusal,
  type TestHouse,
} from "./testing/running-hall.ts";
import { addLink, addMember, addTenant, type TestTenant } from "./testing/tenant.ts";

/**
 * Somebody signs in while what they sign in with is taken away, in two instances, each way round: no session outlives the
 * act that ended all of them, and none begins on what that act took (H-107).
 */

let house: TestHouse;
let halls: [OpenHall, OpenHall];
let tenant: TestTenant;
let owner: string;

beforeAll(async () => {
  house = await openHouse();
  halls = [await house.open(), await house.open()];
  tenant = await addTenant(halls[0].hall);
  ({ session: owner } = await addMember(halls[0].hall, tenant.id, "owner"));
});
afterAll(() => house?.close());

const PASSWORD = "copper lantern walks uphill";
const ANOTHER = "amber kettle sings downhill";

interface Begun {
  session_token: string;
  pending_token: string;
  member: { role: string };
}
type Person = Awaited<ReturnType<typeof person>>;

const person = async (role = "operator") => {
  const email = `p-${randomUUID()}@example.test`;
  return { email, ...(await addMember(halls[0].hall, tenant.id, role, { email, password: PASSWORD })) };
};
const signIn = ({ email }: Person, password = PASSWORD) =>
  halls[0].ask<Begun & Refusal>("POST", "/wcp/session/begin", { body: { email, password } });
const reads = (key: string) => halls[1].ask("GET", "/wcp/rules", { key });
const byOwner = (method: string, path: string, body: object) =>
  halls[1].ask("POST" === method ? "POST" : "PUT", path, { key: owner, body });

const ENDS: Record<string, (who: Person) => Promise<() => Promise<Answer<unknown>>>> = {
  "end-sessions":
    async ({ id }) =>
    () =>
      byOwner("POST", `/wcp/members/${id}/end-sessions`, {}),
  role:
    async ({ id }) =>
    () =>
      byOwner("PUT", `/wcp/members/${id}/role`, { role: "auditor" }),
  removal:
    async ({ id }) =>
    () =>
      byOwner("POST", `/wcp/members/${id}/remove`, { reason: "gone" }),
  recovery: async ({ id }) => {
    const token = await addLink(halls[0].hall, tenant.id, id, { purpose: "recovery" });
    return () => halls[1].ask("POST", "/wcp/recovery/complete", { body: { token, password: ANOTHER } });
  },
  password:
    async ({ session }) =>
    () =>
      halls[1].ask("PUT", "/wcp/account/password", { key: session, body: { password: ANOTHER } }),
};

describe.each(Object.keys(ENDS))("by %s", (way) => {
  it("a session that is being begun ends with the others", async () => {
    const who = await person();
    const end = await ENDS[way]!(who);
    const [begun, ended] = await oneUponAnother(house.admin, () => signIn(who), end);
    expect([begun.status, ended.status], ended.text).toEqual([201, 200]);
    expectRefusal(await reads(begun.body.session_token), 401, "SESSION_ENDED");
  });
});

describe("whoever signs in upon", () => {
  const upon = async (way: string, who: Person) =>
    (await oneUponAnother(house.admin, await ENDS[way]!(who), () => signIn(who)))[1];

  it("the end of their sessions has a new one", async () => {
    const begun = await upon("end-sessions", await person());
    expect((await reads(begun.body.session_token)).status).toBe(200);
  });

  it("another role has that one", async () => {
    const begun = await upon("role", await person());
    expect(begun.body.member.role).toBe("auditor");
    expect((await reads(begun.body.session_token)).status).toBe(200);
  });

  it("their removal does not come in", async () => {
    expectRefusal(await upon("removal", await person()), 401, "SIGN_IN_REFUSED");
  });

  it.each(["recovery", "password"])(
    "a new password, by %s, does not come in with the old one",
    async (way) => {
      const who = await person();
      expectRefusal(await upon(way, who), 401, "SIGN_IN_REFUSED");
      expect((await signIn(who, ANOTHER)).status).toBe(201);
    },
  );

  it.each(["end-sessions", "recovery"])(
    "%s, with the first factor shown before it, shows both again",
    async (way) => {
      const who = await person();
      const { code } = await addAuthenticator(halls[0], who.session);
      const { pending_token: token } = (await signIn(who)).body;
      const show = () =>
        halls[0].ask<Refusal>("POST", "/wcp/session/verify-factor", { body: { token, code: code(1) } });
      const [ended, shown] = await oneUponAnother(house.admin, await ENDS[way]!(who), show);
      expect(ended.status, ended.text).toBe(200);
      expectRefusal(shown, 401, "SESSION_ENDED");
    },
  );
});

it("another password ends the account's sessions in every tenant, by whichever it was set", async () => {
  const who = await person();
  const globex = await addTenant(halls[0].hall);
  const there = await addMember(halls[0].hall, globex.id, "operator", { email: who.email });
  expect((await reads(there.session)).status).toBe(200);
  const set = await halls[0].ask<{ sessions_ended: number }>("PUT", "/wcp/account/password", {
    key: who.session,
    body: { password: ANOTHER },
  });
  expect(set.body.sessions_ended).toBe(1);
  expectRefusal(await reads(there.session), 401, "SESSION_ENDED");
  expect((await reads(who.session)).status).toBe(200);
});
