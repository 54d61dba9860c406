import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSettings } from "../src/env.ts";
import { hashSecret, newSecret } from "../src/identity/api-key.ts";
import { checkNewPasskey, checkSignature } from "../src/identity/check-passkey.ts";
import { PASSKEYS_MAX } from "../src/identity/passkey-challenge.ts";
import type { NewPasskey, ShownPasskey } from "../src/identity/passkey-input.ts";
import { addAuthenticator } from "./testing/authenticator.ts";
import { holdLog } from "./testing/hold-log.ts";
import {
  addPasskey,
  beginPasskey,
  type Oddities,
  type PasskeyDevice,
  passkeyDevice,
  strangeKey,
} from "./testing/passkey-device.ts";
import { expectRefusal } from "./testing/refusal.ts";
import {
  type Answer,
  type OpenHall,
  openHouse,
  type Refusal,
  type TestHouse,
} from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verifiedAct } from "./testing/verified-act.ts";

/** Passkeys, against devices that are made here of node:crypto and the specification. */

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let tenant: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  tenant = await addTenant(hall.hall, { name: "acme" });
});
afterAll(() => house?.close());

const PASSWORD = "copper lantern walks uphill";
const CONSOLE = "http://console.test";

interface Begun {
  state: "begun" | "factor_needed";
  session_token: string;
  pending_token: string;
  factors: string[];
}
interface Own {
  account: {
    passkeys: { id: string; name: string; last_used_at: string | null }[];
    recovery_codes_left: number;
  };
}
type Options = { options: { challenge: string; rpId: string; allowCredentials: { id: string }[] } };

async function person(role = "operator", where = tenant) {
  const email = `p-${randomUUID()}@example.test`;
  return { ...(await addMember(hall.hall, where.id, role, { email, password: PASSWORD })), email };
}

async function personWithPasskey(device = passkeyDevice(CONSOLE)) {
  const whom = await person();
  return { ...whom, ...(await addPasskey(hall, whom.session, device)) };
}

const begin = async (email: string, at = hall) =>
  (await at.ask<Begun>("POST", "/wcp/session/begin", { body: { email, password: PASSWORD } })).body;
const ask = async (token: string, at = hall) =>
  (await at.ask<Options>("POST", "/wcp/session/ask-passkey", { body: { token } })).body.options;
const show = <Body = Refusal>(token: string, passkey: ShownPasskey, at = hall) =>
  at.ask<Body>("POST", "/wcp/session/verify-factor", { body: { token, passkey } });
const askStepUp = async (key: string) =>
  (await hall.ask<Options>("POST", "/wcp/session/step-up/begin", { key, body: {} })).body.options.challenge;
const stepUp = <Body = Refusal>(key: string, body: object) =>
  hall.ask<Body>("POST", "/wcp/session/step-up", { key, body });
const add = (key: string, passkey: NewPasskey, name = "my key") =>
  hall.ask("POST", "/wcp/account/passkeys", { key, body: { name, passkey } });
const remove = (key: string, id: string, at = hall) =>
  at.ask("POST", `/wcp/account/passkeys/${id}/remove`, { key, body: {} });
const own = async (key: string) =>
  (await hall.ask<{ result: { data: Own } }>("GET", "/trpc/account.get?input=%7B%7D", { key })).body.result
    .data.account;
const failures = async () => {
  const { body } = await hall.ask<{ failures: { reason: string; account_id: string }[] }>(
    "GET",
    "/hall/sign-in-failures?limit=1000",
    { key: hall.operatorToken },
  );
  return body.failures;
};
/** As if the time of what is asked were over. */
const outlive = (accountId: string | null) =>
  house.admin.query(
    `UPDATE hall.session SET challenge_until = now() - interval '1 second'
     WHERE challenge IS NOT NULL AND member_id IN (SELECT id FROM hall.member WHERE account_id = $1)`,
    [accountId],
  );

describe("a passkey", () => {
  it.each([
    ["ES256", false],
    ["EdDSA", false],
    ["ES256", true],
    ["EdDSA", true],
  ] as const)(
    "of %s is added, listed and asked for at sign-in, with receipts (self-attested: %s)",
    async (key, selfAttested) => {
      const { session, email, id: member } = await person();
      const device = passkeyDevice(CONSOLE, { key });
      const challenge = await beginPasskey(hall, session);
      const added = await hall.ask<{ id: string; recovery_codes: string[]; receipt_id: string }>(
        "POST",
        "/wcp/account/passkeys",
        { key: session, body: { name: "laptop", passkey: device.make(challenge, { selfAttested }) } },
      );
      expect(added.status, added.text).toBe(201);
      expect(added.body.recovery_codes).toHaveLength(10);
      expect(await verifiedAct(hall, tenant.key, added.body.receipt_id)).toMatchObject({
        kind: "access",
        action: "passkey_added",
        subject: member,
        details: { passkey: added.body.id },
      });
      const before = await own(session);
      expect(before).toMatchObject({
        passkeys: [{ id: added.body.id, name: "laptop", last_used_at: null }],
        recovery_codes_left: 10,
      });

      const pending = await begin(email, second);
      expect(pending).toMatchObject({ state: "factor_needed", factors: ["passkey"] });
      const asked = await ask(pending.pending_token, second);
      expect(asked).toMatchObject({ rpId: "console.test", userVerification: "required" });
      expect(asked.allowCredentials.map(({ id }) => id)).toEqual([device.credentialId.toString("base64url")]);
      const shown = await show<Begun>(pending.pending_token, device.show(asked.challenge));
      expect(shown.status, shown.text).toBe(201);
      expect((await own(shown.body.session_token)).passkeys[0]?.last_used_at).toMatch(/^20/);
      const { rows } = await house.admin.query(
        "SELECT convert_from(body, 'UTF8')::jsonb AS body FROM ledger.receipt WHERE tenant_id = $1 AND kind = 'session' ORDER BY seq DESC LIMIT 1",
        [tenant.id],
      );
      expect(rows[0].body).toMatchObject({ action: "begun", details: { factors: "password+passkey" } });
    },
  );

  it("is one of several, beside an authenticator; recovery codes come with the first and go with the last", async () => {
    const { session, email, codes, id } = await personWithPasskey();
    const other = await addPasskey(hall, session);
    expect(other.codes).toEqual([]);
    const { code, codes: none } = await addAuthenticator(hall, session);
    expect(none).toEqual([]);
    expect((await begin(email)).factors).toEqual(["totp", "passkey"]);
    for (const shown of [code(1), codes[0] ?? ""]) {
      const { pending_token } = await begin(email);
      const { status } = await hall.ask("POST", "/wcp/session/verify-factor", {
        body: { token: pending_token, code: shown },
      });
      expect(status).toBe(201);
    }
    expect((await remove(session, id)).status).toBe(200);
    expect((await hall.ask("POST", "/wcp/account/totp/remove", { key: session, body: {} })).status).toBe(200);
    expect((await own(session)).recovery_codes_left).toBe(9);
    expect((await begin(email)).factors).toEqual(["passkey"]);
    expect((await remove(session, other.id)).status).toBe(200);
    expect((await own(session)).recovery_codes_left).toBe(0);
    expect((await begin(email)).state).toBe("begun");
  });

  it("steps a session up, and then the password alone does not", async () => {
    const { session, sessionId, device } = await personWithPasskey();
    const grow = () =>
      house.admin.query("UPDATE hall.session SET step_up_at = now() - interval '6 minutes' WHERE id = $1", [
        sessionId,
      ]);
    await grow();
    expectRefusal(
      await hall.ask("POST", "/wcp/account/passkeys/begin", { key: session, body: {} }),
      403,
      "STEP_UP_REQUIRED",
    );
    expectRefusal(await stepUp(session, { password: PASSWORD }), 401, "SIGN_IN_REFUSED");
    const passkey = device.show(await askStepUp(session));
    const answer = await stepUp<{ receipt_id: string }>(session, { passkey });
    expect(await verifiedAct(hall, tenant.key, answer.body.receipt_id)).toMatchObject({
      action: "stepped_up",
      subject: sessionId,
      details: { factor: "passkey" },
    });
    expect((await hall.ask("POST", "/wcp/account/passkeys/begin", { key: session, body: {} })).status).toBe(
      200,
    );
    // The very same again: what it signed was spent.
    expectRefusal(await stepUp(session, { passkey }), 401, "SIGN_IN_REFUSED");
    await grow();
    for (const path of ["", "/begin", `/${randomUUID()}/remove`])
      expectRefusal(
        await hall.ask("POST", `/wcp/account/passkeys${path}`, {
          key: session,
          body: path === "" ? { name: "x", passkey: device.make("A".repeat(43)) } : {},
        }),
        403,
        "STEP_UP_REQUIRED",
        path,
      );
  });

  it("that was removed signs nobody in, and its receipt says so; another person's is not there", async () => {
    const { session, email, id, device } = await personWithPasskey();
    const stranger = await personWithPasskey();
    const pending = await begin(email);
    const { challenge } = await ask(pending.pending_token);
    expectRefusal(await remove(stranger.session, id), 404, "NOT_FOUND");
    const gone = await remove(session, id);
    expect(await verifiedAct(hall, tenant.key, gone.body.receipt_id as string)).toMatchObject({
      action: "passkey_removed",
      details: { passkey: id },
    });
    expectRefusal(await remove(session, id), 404, "NOT_FOUND");
    expectRefusal(await show(pending.pending_token, device.show(challenge)), 401, "SIGN_IN_REFUSED");
    // Nor does it come back under its name.
    const again = device.make(await beginPasskey(hall, session));
    expectRefusal(await add(session, again), 401, "SIGN_IN_REFUSED");
  });

  it("is asked for by the console's name from the settings, whatever the request says of hosts", async () => {
    const { session } = await person();
    const headers = { host: "evil.test", origin: "https://evil.test", "x-forwarded-host": "evil.test" };
    const { body } = await hall.inject<{ options: { rp: { id: string } } }>(
      "POST",
      "/wcp/account/passkeys/begin",
      { key: session, body: {}, headers },
    );
    expect(body.options.rp.id).toBe("console.test");
    const settings = (domain: string) =>
      readSettings({ HALL_CONSOLE_URL: "https://hall.acme.test", HALL_PASSKEY_DOMAIN: domain });
    expect(settings("acme.test").passkeyDomain).toBe("acme.test");
    for (const foreign of ["evil.test", "me.test", "x.hall.acme.test"])
      expect(() => settings(foreign), foreign).toThrow(/HALL_PASSKEY_DOMAIN: expected the host/);
  });

  it("of a domain above the console's host is made and shown for that domain", async () => {
    const house = "http://hall.acme.test";
    const at = await openWith({ consoleUrl: house, passkeyDomain: "acme.test" });
    const { session, email } = await person();
    const device = passkeyDevice(house);
    const challenge = await beginPasskey(at, session);
    const made = device.make(challenge, { domain: "acme.test" });
    expect(
      (await at.ask("POST", "/wcp/account/passkeys", { key: session, body: { name: "x", passkey: made } }))
        .status,
    ).toBe(201);
    const { pending_token } = await begin(email, at);
    const asked = await ask(pending_token, at);
    expect(asked.rpId).toBe("acme.test");
    const shown = device.show(asked.challenge, { domain: "acme.test" });
    expect((await show(pending_token, shown, at)).status).toBe(201);
  });
});

const openWith = (changes: Parameters<TestHouse["open"]>[0]) => house.open(changes);

describe("what is shown at sign-in is refused", () => {
  let email: string;
  let accountId: string | null;
  let device: PasskeyDevice;
  let foreign: Awaited<ReturnType<typeof personWithPasskey>>;
  const answers = new Map<string, object>();

  beforeAll(async () => {
    ({ email, accountId, device } = await personWithPasskey());
    foreign = await personWithPasskey();
  });

  /** What a hostile one hands over, given the challenge that was asked under `token`. */
  type Hostile = (challenge: string, token: string) => ShownPasskey | Promise<ShownPasskey>;
  const odd =
    (oddities: Oddities): Hostile =>
    (challenge) =>
      device.show(challenge, oddities);
  const edited = (text: string, at: number, edit: (byte: number) => number) => {
    const bytes = Buffer.from(text, "base64url");
    const place = at < 0 ? bytes.length + at : at;
    bytes.writeUInt8(edit(bytes.readUInt8(place)), place);
    return bytes.toString("base64url");
  };

  const CASES: [string, Hostile][] = [
    ["of another origin", odd({ origin: "https://evil.test" })],
    ["of an origin that begins like the console's", odd({ origin: `${CONSOLE}.evil.test` })],
    ["of another port of the console's host", odd({ origin: `${CONSOLE}:8080` })],
    ["of another domain", odd({ domain: "evil.test" })],
    ["of a page in a foreign frame", odd({ crossOrigin: true })],
    ["made as a new passkey is", odd({ type: "webauthn.create" })],
    ["without the person having been verified", odd({ flags: 1 })],
    ["without anybody having been there", odd({ flags: 4 })],
    ["signed by another key", odd({ signer: strangeKey() })],
    ["with a count that does not go up", odd({ count: 1 })],
    [
      "with an altered signature",
      (challenge) => {
        const shown = device.show(challenge);
        return { ...shown, signature: edited(shown.signature, -1, (byte) => byte ^ 1) };
      },
    ],
    [
      "with flags that were set after signing",
      (challenge) => {
        const shown = device.show(challenge, { flags: 1 });
        return { ...shown, authenticator_data: edited(shown.authenticator_data, 32, () => 5) };
      },
    ],
    [
      "with another challenge than was signed",
      async (challenge) => {
        const shown = device.show(randomBytes(32).toString("base64url"));
        return { ...shown, client_data: device.show(challenge).client_data };
      },
    ],
    [
      "cut short",
      (challenge) => ({ ...device.show(challenge), authenticator_data: "AAAA", signature: "AAAA" }),
    ],
    ["that is no JSON", (challenge) => ({ ...device.show(challenge), client_data: "AAAA" })],
    ["over a challenge that nobody asked", () => device.show(randomBytes(32).toString("base64url"))],
    [
      "over a challenge of another sign-in of the same person",
      async () => device.show((await ask((await begin(email)).pending_token)).challenge),
    ],
    [
      "over a challenge of another account",
      async () => device.show((await ask((await begin(foreign.email)).pending_token)).challenge),
    ],
    [
      "over a challenge that was asked before the newest",
      async (challenge, token) => {
        await ask(token);
        return device.show(challenge);
      },
    ],
    [
      "over a challenge whose two minutes are over",
      async (challenge) => {
        await outlive(accountId);
        return device.show(challenge);
      },
    ],
    [
      "a second time over one challenge, though the first was refused",
      async (challenge, token) => {
        const spoilt = device.show(challenge, { signer: strangeKey() });
        expectRefusal(await show(token, spoilt), 401, "SIGN_IN_REFUSED");
        return device.show(challenge);
      },
    ],
    ["of another account", (challenge) => foreign.device.show(challenge)],
    ["of nobody", (challenge) => passkeyDevice(CONSOLE).show(challenge)],
    [
      "of another account under the name of one's own",
      (challenge) => ({
        ...foreign.device.show(challenge),
        credential_id: device.credentialId.toString("base64url"),
      }),
    ],
  ];

  it.each(CASES)("%s, and the same without that signs in", async (name, hostile) => {
    const { pending_token: token } = await begin(email);
    const { challenge } = await ask(token);
    const { request_id: _, ...told } = expectRefusal(
      await show(token, await hostile(challenge, token)),
      401,
      "SIGN_IN_REFUSED",
    );
    answers.set(name, told);
    const good = device.show((await ask(token)).challenge);
    expect((await show(token, good)).status).toBe(201);
  });

  it("in the same words for an unknown passkey and for another account's, and for all that is not good", () => {
    expect(answers.size).toBe(CASES.length);
    expect(new Set([...answers.values()].map((told) => JSON.stringify(told))).size).toBe(1);
  });

  it("for no other fault: whom it was made for takes the same bytes", async () => {
    const publicKey = await house.admin
      .query("SELECT public_key FROM hall.passkey WHERE account_id = $1", [accountId])
      .then(({ rows }) => rows[0].public_key as Buffer);
    const challenge = randomBytes(32);
    const text = challenge.toString("base64url");
    const party = { domain: "console.test", origin: CONSOLE };
    const check = (oddities: Oddities, changes: Partial<typeof party> = {}) =>
      checkSignature({ ...party, ...changes }, device.show(text, oddities), { challenge, publicKey });
    for (const [oddities, changes] of [
      [{ origin: "https://evil.test" }, { origin: "https://evil.test" }],
      [{ domain: "evil.test" }, { domain: "evil.test" }],
      [{ flags: 5 }, {}],
      [{ count: 1 }, {}],
    ] as const) {
      expect(await check(oddities, changes)).toMatchObject({ isGood: true });
      if (Object.keys(changes).length > 0) expect(await check(oddities)).toMatchObject({ isGood: false });
    }
  });
});

describe("the count of a device", () => {
  it("that goes back is refused and stands in the security log under its own words", async () => {
    const { email, accountId, device } = await personWithPasskey();
    const shownWith = async (count: number) => {
      const { pending_token } = await begin(email);
      const { challenge } = await ask(pending_token);
      return (await show(pending_token, device.show(challenge, { count }))).status;
    };
    expect([await shownWith(40), await shownWith(40), await shownWith(39), await shownWith(0)]).toEqual([
      201, 401, 401, 401,
    ]);
    expect(await shownWith(41)).toBe(201);
    const told = (await failures()).filter(({ account_id }) => account_id === accountId);
    expect(told.map(({ reason }) => reason)).toEqual(Array(3).fill("a passkey's counter went back"));
  });

  it("that a stranger only claims is no line about a count: the signature is asked first", async () => {
    const { email, accountId, device } = await personWithPasskey();
    const { pending_token } = await begin(email);
    const { challenge } = await ask(pending_token);
    const forged = device.show(challenge, { count: 0, signer: strangeKey() });
    expectRefusal(await show(pending_token, forged), 401, "SIGN_IN_REFUSED");
    const told = (await failures()).filter(({ account_id }) => account_id === accountId);
    expect(told.map(({ reason }) => reason)).toEqual(["not good"]);
  });

  it("is taken once where two show it at the same time", async () => {
    const { email, device } = await personWithPasskey();
    const tokens = await Promise.all(
      [hall, second, hall, second].map(async (at) => {
        const { pending_token } = await begin(email, at);
        return { at, token: pending_token, challenge: (await ask(pending_token, at)).challenge };
      }),
    );
    const all = await Promise.all(
      tokens.map(({ at, token, challenge }) => show(token, device.show(challenge, { count: 7 }), at)),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401]);
  });

  it("may stay at nothing: many devices do not count", async () => {
    const { email, device } = await personWithPasskey(passkeyDevice(CONSOLE, { counts: false }));
    for (let n = 0; n < 2; n++) {
      const { pending_token } = await begin(email);
      expect((await show(pending_token, device.show((await ask(pending_token)).challenge))).status).toBe(201);
    }
  });
});

describe("a challenge", () => {
  it("is for one purpose: what was asked for a new passkey steps nobody up, nor the other way round", async () => {
    const { session, device } = await personWithPasskey();
    const forAdding = await beginPasskey(hall, session);
    expectRefusal(await stepUp(session, { passkey: device.show(forAdding) }), 401, "SIGN_IN_REFUSED");
    const forStepUp = await askStepUp(session);
    expectRefusal(await add(session, passkeyDevice(CONSOLE).make(forStepUp)), 401, "SIGN_IN_REFUSED");
    expect((await stepUp(session, { passkey: device.show(await askStepUp(session)) })).status).toBe(200);
    expect((await add(session, passkeyDevice(CONSOLE).make(await beginPasskey(hall, session)))).status).toBe(
      201,
    );
  });

  it("is for one session: another of the same person's is not stepped up by it", async () => {
    const { session, email, device } = await personWithPasskey();
    const { pending_token } = await begin(email);
    const there = await show<Begun>(pending_token, device.show((await ask(pending_token)).challenge));
    const passkey = device.show(await askStepUp(session));
    expectRefusal(await stepUp(there.body.session_token, { passkey }), 401, "SIGN_IN_REFUSED");
    expect((await stepUp(session, { passkey })).status).toBe(200);
  });

  it("is asked under a token that waits, and of somebody who has a passkey", async () => {
    const { session, email } = await person();
    await addAuthenticator(hall, session);
    const { pending_token } = await begin(email);
    const answer = (token: string) => hall.ask("POST", "/wcp/session/ask-passkey", { body: { token } });
    expectRefusal(await answer(pending_token), 404, "NOT_FOUND");
    expectRefusal(await answer(session), 401, "SESSION_ENDED");
    expectRefusal(
      await hall.ask("POST", "/wcp/session/step-up/begin", { key: session, body: {} }),
      404,
      "NOT_FOUND",
    );
  });
});

describe("a new passkey is refused", () => {
  it("where anything of it is not as it was asked, and then nothing is kept; as it was asked it is taken", async () => {
    const { session } = await person();
    const taken = await personWithPasskey();
    const device = passkeyDevice(CONSOLE);
    const cases: [string, (challenge: string) => NewPasskey][] = [
      ["another origin", (challenge) => device.make(challenge, { origin: "https://evil.test" })],
      ["another domain", (challenge) => device.make(challenge, { domain: "evil.test" })],
      ["a foreign frame", (challenge) => device.make(challenge, { crossOrigin: true })],
      ["no verification", (challenge) => device.make(challenge, { flags: 65 })],
      ["nobody there", (challenge) => device.make(challenge, { flags: 68 })],
      ["no credential", (challenge) => device.make(challenge, { flags: 5 })],
      ["made as a signature is", (challenge) => device.make(challenge, { type: "webauthn.get" })],
      [
        "a maker's certificate",
        (challenge) => device.make(challenge, { selfAttested: true, certificate: randomBytes(64) }),
      ],
      [
        "another's self-attestation",
        (challenge) => device.make(challenge, { selfAttested: true, signer: strangeKey() }),
      ],
      ["another challenge", () => device.make(randomBytes(32).toString("base64url"))],
      [
        "another name",
        (challenge) => ({
          ...device.make(challenge),
          credential_id: randomBytes(32).toString("base64url"),
        }),
      ],
      ["no CBOR", (challenge) => ({ ...device.make(challenge), attestation_object: "AAAA" })],
    ];
    const told = new Set<string>();
    for (const [name, make] of cases) {
      const { request_id: _, ...rest } = expectRefusal(
        await add(session, make(await beginPasskey(hall, session))),
        401,
        "SIGN_IN_REFUSED",
        name,
      );
      told.add(JSON.stringify(rest));
      await forgive();
    }
    // One that another account has is answered like one that is no good.
    const somebodys = passkeyDevice(CONSOLE, { credentialId: taken.device.credentialId });
    const { request_id: _, ...rest } = expectRefusal(
      await add(session, somebodys.make(await beginPasskey(hall, session))),
      401,
      "SIGN_IN_REFUSED",
    );
    told.add(JSON.stringify(rest));
    expect(told.size).toBe(1);
    expect((await own(session)).passkeys).toEqual([]);
    expect((await add(session, device.make(await beginPasskey(hall, session)))).status).toBe(201);
  });

  it("unread where its attestation names a maker: nothing is fetched from where a certificate says", async () => {
    const challenge = randomBytes(32);
    const make = (oddities: Oddities) =>
      checkNewPasskey(
        { domain: "console.test", origin: CONSOLE },
        passkeyDevice(CONSOLE).make(challenge.toString("base64url"), oddities),
        challenge,
      );
    expect(await make({ selfAttested: true })).toMatchObject({ isGood: true });
    expect(await make({ selfAttested: true, certificate: randomBytes(64) })).toEqual({
      isGood: false,
      why: "its attestation names a maker",
    });
  });

  it("beyond ten, also when several are added at once", async () => {
    const { session, sessionId, accountId } = await person();
    for (let n = 0; n < PASSKEYS_MAX - 2; n++) await addPasskey(hall, session);
    const challenge = await beginPasskey(hall, session);
    // The same session has one challenge, so the others come in by sessions of their own.
    const { rows } = await house.admin.query("SELECT member_id FROM hall.session WHERE id = $1", [sessionId]);
    const sessions = await Promise.all(
      Array.from({ length: 3 }, () => anotherSession(rows[0].member_id as string)),
    );
    const challenges = await Promise.all(sessions.map((key) => beginPasskey(hall, key)));
    const all: Answer<Refusal>[] = await allAtOnce([
      () => add(session, passkeyDevice(CONSOLE).make(challenge)),
      ...sessions.map((key, n) => () => add(key, passkeyDevice(CONSOLE).make(challenges[n] ?? ""))),
    ]);
    expect(all.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    const { rows: kept } = await house.admin.query(
      "SELECT count(*)::int AS n FROM hall.passkey WHERE account_id = $1 AND ended_at IS NULL",
      [accountId],
    );
    expect(kept).toEqual([{ n: PASSKEYS_MAX }]);
    const refused = await hall.ask("POST", "/wcp/account/passkeys/begin", { key: session, body: {} });
    expect(expectRefusal(refused, 409, "CONFLICT").reason).toBe("an account has at most 10 passkeys");
  });
});

/** As if the quarter of an hour were over. */
const forgive = () => house.admin.query("UPDATE hall.sign_in_count SET window_start = 'epoch'");

/**
 * Holds the log until every one of these acts waits, for the log or for another of them: each has read what it is going
 * to change before any of them is done.
 */
async function allAtOnce<T>(acts: readonly (() => Promise<T>)[]): Promise<T[]> {
  const log = await holdLog(house.admin);
  try {
    const done = acts.map((act) => act());
    await log.untilWaiting(acts.length);
    await log.release();
    return await Promise.all(done);
  } finally {
    await log.release();
  }
}

/** One more session of a member, by a row as signing in would write it. */
async function anotherSession(memberId: string): Promise<string> {
  const session = newSecret("session");
  await house.admin.query(
    `INSERT INTO hall.session (tenant_id, id, member_id, token_hash, expires_at, step_up_at)
     VALUES ($1, $2, $3, $4, now() + interval '1 hour', now())`,
    [tenant.id, randomUUID(), memberId, hashSecret(session)],
  );
  return session;
}

it("passkeys are tried ten times in a quarter of an hour, together with codes, and no more", async () => {
  const { email, device } = await personWithPasskey();
  await forgive();
  const statuses: number[] = [];
  for (let n = 0; n < 11; n++) {
    const { pending_token: token } = await begin(email);
    const { challenge } = await ask(token);
    const bad =
      n % 2 === 0
        ? await show(token, device.show(challenge, { signer: strangeKey() }))
        : await hall.ask("POST", "/wcp/session/verify-factor", { body: { token, code: "wrong-code" } });
    statuses.push(bad.status);
  }
  expect(statuses).toEqual([...Array(10).fill(401), 429]);
  const { pending_token } = await begin(email);
  const good = device.show((await ask(pending_token)).challenge);
  expectRefusal(await show(pending_token, good), 429, "TOO_MANY_ATTEMPTS");
  await forgive();
});

describe("where a role asks for a second factor", () => {
  let strict: OpenHall;

  beforeAll(async () => {
    strict = await openWith({ secondFactorRoles: ["operator", "key-keeper"] });
  });

  const rules = (key: string) => strict.ask("GET", "/wcp/rules", { key });

  it("a session without one is there to set one up, and after the next sign-in everything is open", async () => {
    const { session, email } = await person();
    expectRefusal(await rules(session), 403, "SECOND_FACTOR_REQUIRED");
    expect((await hall.ask("GET", "/wcp/rules", { key: session })).status).toBe(200);
    const { device } = await addPasskey(strict, session);
    expectRefusal(await rules(session), 403, "SECOND_FACTOR_REQUIRED");
    const { pending_token } = await begin(email, strict);
    const { challenge } = await ask(pending_token, strict);
    const { body } = await show<Begun>(pending_token, device.show(challenge), strict);
    expect((await rules(body.session_token)).status).toBe(200);
    const auditor = await person("auditor");
    expect((await rules(auditor.session)).status).toBe(200);
  });

  it("the last one stays, whatever was removed at the same time and whichever tenant asks", async () => {
    const { session, id, email } = await personWithPasskey();
    const other = await addPasskey(hall, session);
    const both = await allAtOnce([id, other.id].map((passkey) => () => remove(session, passkey, strict)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.body.reason).toMatch(/^your role asks/);
    expect((await own(session)).passkeys).toHaveLength(1);
    // A member of another tenant, where the role asks for nothing, is one of this one too.
    const globex = await addTenant(hall.hall);
    const there = await addMember(hall.hall, globex.id, "auditor", { email });
    const [left] = (await own(session)).passkeys;
    expect((await remove(there.session, left?.id ?? "", strict)).status).toBe(409);
    expect((await remove(there.session, left?.id ?? "")).status).toBe(200);
  });

  it("an authenticator is kept in the same way", async () => {
    const { session } = await person();
    await addAuthenticator(hall, session);
    const removeTotp = (at: OpenHall) =>
      at.ask("POST", "/wcp/account/totp/remove", { key: session, body: {} });
    expect((await removeTotp(strict)).status).toBe(409);
    await addPasskey(hall, session);
    expect((await removeTotp(strict)).status).toBe(200);
  });
});
