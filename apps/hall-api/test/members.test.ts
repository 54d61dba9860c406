import { randomUUID } from "node:crypto";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addAuthenticator } from "./testing/authenticator.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let tenant: TestTenant;
let owner: Awaited<ReturnType<typeof addMember>>;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  tenant = await addTenant(hall.hall, { name: "acme" });
  owner = await addMember(hall.hall, tenant.id, "owner");
});
afterAll(() => house?.close());

const PASSWORD = "copper lantern walks uphill";
const OTHER = "nine crooked herons bargain";

interface Invited {
  id: string;
  receipt_id: string;
}

const someone = () => `m-${randomUUID()}@example.test`;
const invite = <Body = Refusal>(key: string, email: string, role = "operator", at = hall) =>
  at.ask<Body>("POST", "/wcp/members", { key, body: { email, display_name: "Somebody", role } });
const accept = <Body = Refusal>(token: string, password = PASSWORD) =>
  hall.ask<Body>("POST", "/wcp/invitations/accept", { body: { token, display_name: "Ada", password } });
const begin = <Body = Refusal>(email: string, password: string, where?: string) =>
  hall.ask<Body>("POST", "/wcp/session/begin", { body: { email, password, tenant: where } });
const setRole = <Body = Refusal>(key: string, id: string, role: string, at = hall) =>
  at.ask<Body>("PUT", `/wcp/members/${id}/role`, { key, body: { role } });
const remove = <Body = Refusal>(key: string, id: string, at = hall) =>
  at.ask<Body>("POST", `/wcp/members/${id}/remove`, { key, body: { reason: "left" } });
const reads = async (key: string, at = hall) => (await at.ask("GET", "/wcp/rules", { key })).status;
const members = async (key: string) =>
  (await hall.ask<{ members: { id: string; state: string; role: string }[] }>("GET", "/wcp/members", { key }))
    .body.members;

/** The token of the newest link that was printed. */
const printedToken = (at = hall) => /token=(hall_link_\w+)/.exec(at.printed.at(-1) ?? "")?.[1] ?? "";
/** What is done behind an answer is over once another of its kind was printed; here: once this many were. */
async function printed(count: number): Promise<void> {
  while (hall.printed.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe("an invitation", () => {
  it("is printed for the operator where no mail server is set, and nowhere else", async () => {
    const email = someone();
    const answer = await invite<Invited>(owner.session, email);
    expect(answer.status).toBe(201);
    expect(hall.printed.at(-1)).toContain(`For ${email}: You are invited to acme`);
    expect(printedToken()).toMatch(/^hall_link_/);
    expect(answer.text).not.toContain("hall_link_");
    const act = await verifiedAct(hall, tenant.key, answer.body.receipt_id);
    expect(act).toMatchObject({
      kind: "access",
      action: "invited",
      subject: answer.body.id,
      details: { role: "operator" },
    });
    expect(JSON.stringify(act)).not.toContain(email);
  });

  it("makes a member with a password of their own, once, and says nothing before", async () => {
    const email = someone();
    const { body } = await invite<Invited>(owner.session, email, "approver");
    const token = printedToken();
    expect((await members(owner.session)).find(({ id }) => id === body.id)?.state).toBe("invited");
    expectRefusal(await begin(email, PASSWORD), 401, "SIGN_IN_REFUSED");
    expectRefusal(await hall.ask("POST", "/wcp/session/begin", { body: { token } }), 401, "LINK_SPENT");
    expectRefusal(await accept(token, "password1"), 422, "PASSWORD_WEAK");
    const joined = await Promise.all([
      accept<{ receipt_id: string }>(token),
      accept<{ receipt_id: string }>(token),
    ]);
    expect(joined.map(({ status }) => status).sort()).toEqual([201, 401]);
    const { body: began } = await begin<{ member: object; session_token: string }>(email, PASSWORD);
    expect(began.member).toMatchObject({ id: body.id, display_name: "Ada", role: "approver" });
    expect(await reads(began.session_token, second)).toBe(200);
  });

  it("takes over no account that is there: its own password joins, another does not", async () => {
    const email = someone();
    const other = await addTenant(hall.hall, { name: "globex" });
    await addMember(hall.hall, other.id, "operator", { email, password: PASSWORD });
    await invite(owner.session, email);
    const token = printedToken();
    expectRefusal(await accept(token, OTHER), 401, "SIGN_IN_REFUSED");
    expect((await accept(token, PASSWORD)).status).toBe(201);
    const { body } = await begin<{ state: string }>(email, PASSWORD);
    expect(body.state).toBe("choose_tenant");
  });

  it("that is sent again voids the one before; to a member it is refused", async () => {
    const email = someone();
    await invite(owner.session, email);
    const first = printedToken();
    await invite(owner.session, email);
    expectRefusal(await accept(first), 401, "LINK_SPENT");
    expect((await accept(printedToken())).status).toBe(201);
    expect(expectRefusal(await invite(owner.session, email), 409, "CONFLICT").reason).toBe(
      "already a member",
    );
  });

  it("that was withdrawn, or has expired, leads nowhere", async () => {
    for (const end of [
      (id: string) => remove(owner.session, id),
      (id: string) =>
        house.admin.query("UPDATE hall.sign_in_link SET expires_at = 'epoch' WHERE member_id = $1", [id]),
    ]) {
      const { body } = await invite<Invited>(owner.session, someone());
      await end(body.id);
      expectRefusal(await accept(printedToken()), 401, "LINK_SPENT");
    }
  });

  it("goes by mail where a mail server is set, and is not printed", async () => {
    const letters: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, _, done) {
        let text = "";
        stream.on("data", (part: Buffer) => {
          text += part.toString();
        });
        stream.on("end", () => {
          letters.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.server.address() as { port: number };
    const mailing = await house.open({ smtpUrl: `smtp://127.0.0.1:${port}` });
    const email = someone();
    await invite(owner.session, email, "auditor", mailing);
    await mailing.stop(); // waits for what is on its way
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(mailing.printed).toEqual([]);
    expect(letters).toHaveLength(1);
    const letter = letters[0]?.replaceAll("=\r\n", "").replaceAll("=3D", "=") ?? "";
    expect(letter).toContain(`To: ${email}`);
    const token = /token=(hall_link_\w+)/.exec(letter)?.[1] ?? "";
    expect((await accept(token)).status).toBe(201);
  });
});

describe("a role", () => {
  it("H-107 that is given to a member ends their sessions in every instance, with a receipt and a fence", async () => {
    const member = await addMember(hall.hall, tenant.id, "operator");
    const before = await epochOf(house, tenant.id);
    const { body } = await setRole<{ receipt_id: string }>(owner.session, member.id, "auditor");
    expect(await epochOf(house, tenant.id)).toBe(before + 1);
    expect([await reads(member.session), await reads(member.session, second)]).toEqual([401, 401]);
    expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({
      kind: "role",
      action: "given",
      subject: member.id,
      details: { role: "auditor", replaced: "operator", sessions_ended: 1 },
    });
  });

  it("is given by an admin unless it is owner's, by others only if they hold all of it, and by nobody to themself", async () => {
    const admin = await addMember(hall.hall, tenant.id, "admin");
    const member = await addMember(hall.hall, tenant.id, "auditor");
    expectRefusal(await setRole(admin.session, member.id, "owner"), 403, "FORBIDDEN");
    expectRefusal(await setRole(admin.session, owner.id, "auditor"), 403, "FORBIDDEN");
    expectRefusal(await invite(admin.session, someone(), "owner"), 403, "FORBIDDEN");
    expectRefusal(await remove(admin.session, owner.id), 403, "FORBIDDEN");
    expectRefusal(await setRole(admin.session, admin.id, "operator"), 403, "FORBIDDEN");
    expect((await setRole(admin.session, member.id, "compliance")).status).toBe(200);
    await hall.ask("PUT", "/wcp/roles/host", {
      key: owner.session,
      body: { permissions: ["member:invite", "member:set-role", "rule:read"] },
    });
    const host = await addMember(hall.hall, tenant.id, "host");
    for (const role of ["owner", "admin", "auditor"])
      expectRefusal(await invite(host.session, someone(), role), 403, "FORBIDDEN");
    expect((await invite(host.session, someone(), "host")).status).toBe(201);
    expectRefusal(await invite(owner.session, someone(), "nobodys"), 404, "NOT_FOUND");
  });

  it("wants a fresh factor of whoever gives it", async () => {
    const admin = await addMember(hall.hall, tenant.id, "admin");
    const member = await addMember(hall.hall, tenant.id, "auditor");
    await house.admin.query("UPDATE hall.session SET step_up_at = 'epoch' WHERE id = $1", [admin.sessionId]);
    for (const answer of [
      await setRole(admin.session, member.id, "operator"),
      await remove(admin.session, member.id),
      await invite(admin.session, someone()),
    ])
      expectRefusal(answer, 403, "STEP_UP_REQUIRED");
    expect(await reads(member.session)).toBe(200);
  });
});

describe("an owner", () => {
  it("who is the last is neither removed nor given another role, by anybody", async () => {
    const alone = await addTenant(hall.hall);
    const last = await addMember(hall.hall, alone.id, "owner");
    expect(expectRefusal(await remove(last.session, last.id), 409, "CONFLICT").reason).toBe(
      "the last owner stays",
    );
    const { body } = await invite<Invited>(last.session, someone(), "owner");
    // Who is only invited is no owner yet.
    expectRefusal(await remove(last.session, last.id), 409, "CONFLICT");
    expect((await remove(last.session, body.id)).status).toBe(200);
    expect(await reads(last.session)).toBe(200);
  });

  it("remains when two remove each other at the same moment, in two instances", async () => {
    for (let round = 0; round < 6; round++) {
      const pair = await addTenant(hall.hall);
      const [a, b] = [
        await addMember(hall.hall, pair.id, "owner"),
        await addMember(hall.hall, pair.id, "owner"),
      ];
      const answers = await Promise.all([
        round % 2 ? remove(a.session, b.id) : setRole(a.session, b.id, "auditor"),
        round % 3 ? remove(b.session, a.id, second) : setRole(b.session, a.id, "auditor", second),
      ]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const { rows } = await house.admin.query(
        "SELECT count(*)::int AS n FROM hall.member WHERE tenant_id = $1 AND role = 'owner' AND removed_at IS NULL",
        [pair.id],
      );
      expect(rows).toEqual([{ n: 1 }]);
    }
  });
});

describe("a member who was removed", () => {
  it("is out at once in every instance, is listed no more, and may be invited again", async () => {
    const email = someone();
    const member = await addMember(hall.hall, tenant.id, "operator", { email, password: PASSWORD });
    const { body } = await remove<{ receipt_id: string }>(owner.session, member.id);
    expect([await reads(member.session), await reads(member.session, second)]).toEqual([401, 401]);
    expectRefusal(await begin(email, PASSWORD), 401, "SIGN_IN_REFUSED");
    expect((await members(owner.session)).map(({ id }) => id)).not.toContain(member.id);
    expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({
      action: "removed",
      details: { role: "operator", reason: "left" },
    });
    expectRefusal(await remove(owner.session, member.id), 404, "NOT_FOUND");
    await invite(owner.session, email);
    expect((await accept(printedToken(), PASSWORD)).status).toBe(201);
    expect((await begin(email, PASSWORD)).status).toBe(201);
  });

  it("whose sessions were ended signs in again", async () => {
    const email = someone();
    const member = await addMember(hall.hall, tenant.id, "operator", { email, password: PASSWORD });
    const { body } = await hall.ask<{ sessions_ended: number }>(
      "POST",
      `/wcp/members/${member.id}/end-sessions`,
      {
        key: owner.session,
        body: {},
      },
    );
    expect(body.sessions_ended).toBe(1);
    expect(await reads(member.session, second)).toBe(401);
    expect((await begin(email, PASSWORD)).status).toBe(201);
  });
});

describe("recovery", () => {
  const ask = (email: string) => hall.ask("POST", "/wcp/recovery", { body: { email } });
  const complete = <Body = Refusal>(token: string, password = OTHER) =>
    hall.ask<Body>("POST", "/wcp/recovery/complete", { body: { token, password } });

  it("H-112 is answered alike whoever has the e-mail, and a link is printed only where somebody has", async () => {
    const email = someone();
    await addMember(hall.hall, tenant.id, "operator", { email, password: PASSWORD });
    const before = hall.printed.length;
    const [nobodys, known] = [await ask("nobody@example.test"), await ask(email)];
    expect([nobodys.status, nobodys.text]).toEqual([known.status, known.text]);
    await printed(before + 1);
    expect(hall.printed).toHaveLength(before + 1);
    expect(hall.printed.at(-1)).toContain(email);
  });

  it("sets another password once, ends every session in every tenant, and leaves the second factor", async () => {
    const email = someone();
    const other = await addTenant(hall.hall);
    const here = await addMember(hall.hall, tenant.id, "operator", { email, password: PASSWORD });
    const there = await addMember(hall.hall, other.id, "operator", { email, password: PASSWORD });
    await addAuthenticator(hall, here.session);
    const before = hall.printed.length;
    await ask(email);
    await printed(before + 1);
    const token = printedToken();
    expectRefusal(await complete(token, "password1"), 422, "PASSWORD_WEAK");
    const { status } = await complete(token);
    expect(status).toBe(200);
    expectRefusal(await complete(token), 401, "LINK_SPENT");
    expect([await reads(here.session), await reads(there.session, second)]).toEqual([401, 401]);
    expectRefusal(await begin(email, PASSWORD, "acme"), 401, "SIGN_IN_REFUSED");
    expect((await begin<{ state: string }>(email, OTHER, "acme")).body.state).toBe("factor_needed");
  });

  it("sends no more than five letters to one person in a quarter of an hour", async () => {
    const email = someone();
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push((await ask(email)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429, 429]);
  });
});
