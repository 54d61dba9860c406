import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_KEY_SCOPES, KEY_SCOPES, OPERATOR_PERMISSIONS } from "../src/identity/permissions.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";

/**
 * Which operation asks a person to show again who they are. Somebody has decided it of each that changes anything: what
 * gives power, binds, or cannot be undone asks; a brake that can be let go does not (ADR 65).
 */
const operations = OPERATIONS as readonly unknown[] as readonly Operation[];
const isChange = ({ rest, trpc }: Operation) => (rest ? rest.method !== "GET" : trpc === "mutation");
const asking = operations.filter(({ stepUp }) => stepUp);
const holds = (scopes: readonly string[]) => (operation: Operation) => scopes.includes(operation.permission);
const named = (some: readonly Operation[]) => some.map(({ name }) => name).sort();

/** Why it asks nobody. */
const ASKS_NOBODY: Record<string, string> = {
  "agreement.amend": "a draft binds nobody",
  "agreement.draft": "a draft binds nobody",
  "agreement.suspend": "a brake, and let go only with step-up",
  "attestation.register": "signed by the namespace's key, which is asked for each time",
  "certification.refuse": "gives nothing, and can be asked for again",
  "certification.request": "gives nothing: another person decides",
  "certification.withdraw": "gives nothing, and can be asked for again",
  "decision.route": "keys alone",
  "dispatch.start": "keys alone",
  "domain.ask": "gives nothing but a record to put into the DNS",
  "domain.check": "the record in the DNS is asked for",
  "draft.create": "a draft decides nothing",
  "draft.discard": "can be undone",
  "draft.restore": "a draft decides nothing",
  "draft.save": "a draft decides nothing",
  "grant.redeem": "the grant is the credential",
  "invitation.accept": "public: the link and a password are asked for",
  "key.report-leak": "public: whoever holds the key's text may end it",
  "measurement.answer": "keys alone",
  "measurement.challenge": "keys alone",
  "member.end-sessions": "a brake: they sign in again",
  "recovery.complete": "public: the link is asked for",
  "recovery.request": "public: a letter goes to the person",
  "rule.review": "changes nothing",
  "rule.simulate": "changes nothing",
  "session.ask-passkey": "public: what a passkey is to sign",
  "session.begin": "public: this is where factors are shown",
  "session.begin-step-up": "what a passkey is to sign",
  "session.end": "one's own, and one signs in again",
  "session.revoke": "one's own, and a brake",
  "session.step-up": "this is where a factor is shown",
  "session.verify-factor": "public: this is where factors are shown",
  "shadow.end": "decides nothing",
  "shadow.start": "decides nothing",
  "sso.begin": "public: this leads to where factors are shown",
  "sso.complete": "public: what the provider says is asked for",
  "signup.request": "public: a letter goes to the person",
  "tenant.found": "public: the link and a password are asked for",
  "wire.attest": "a declaration, on which no decision rests",
  "wire.go-offline": "announces, and decides nothing",
  "wire.go-online": "announces, and decides nothing",
  "worker.enroll": "a changed record is not certified any more",
  "worker.enroll-text": "a changed record is not certified any more",
  "worker.suspend": "a brake, and let go only with step-up",
};

describe("of each operation that changes anything somebody has decided", () => {
  it("that these ask for step-up", () => {
    expect(`\n${named(asking).join("\n")}\n`).toMatchInlineSnapshot(`
      "
      account.add-passkey
      account.begin-passkey
      account.begin-totp
      account.confirm-totp
      account.remove-passkey
      account.remove-totp
      account.renew-codes
      account.set-password
      agreement.activate
      agreement.resume
      agreement.sign
      agreement.terminate
      certificate.issue
      certificate.renew
      certificate.revoke
      certification.grant
      domain.release
      draft.consent
      flag.clear
      key.create
      key.revoke
      key.rotate
      keyring.register-root
      keyring.rotate
      member.invite
      member.remove
      member.set-role
      namespace.register
      namespace.register-key
      namespace.release
      namespace.retire-key
      operator.renew-token
      profile.define
      profile.retire
      profile.set-environment
      role.define
      role.retire
      rule.publish
      rule.roll-back
      runner.register
      runner.retire
      sso.configure
      sso.link
      sso.remove
      tenant.create
      tenant.invite-owner
      tenant.set-standing
      tenant.withdraw-invitation
      worker.resume
      worker.retire
      worker.set_transport
      "
    `);
  });

  it("or why they do not", () => {
    expect(Object.keys(ASKS_NOBODY).sort()).toEqual(
      named(operations.filter((operation) => isChange(operation) && !operation.stepUp)),
    );
  });

  it("and what only reads never asks", () => {
    expect(named(asking.filter((operation) => !isChange(operation)))).toEqual([]);
  });
});

describe("whoever has no factor to show", () => {
  it("is a key, and may do these of them by a scope that a person gave it with step-up", () => {
    const open = asking.filter(holds(KEY_SCOPES));
    expect(named(open)).toEqual(["rule.publish", "rule.roll-back", "worker.set_transport"]);
    expect(operations.find(({ name }) => name === "key.create")?.stepUp).toBe(true);
    // Where a worker's address points is everybody's to set who enrolls; what binds others is given by name.
    expect(named(open.filter(holds(DEFAULT_KEY_SCOPES)))).toEqual(["worker.set_transport"]);
  });

  it("or the Hall's operator, whose token lies in a file", () => {
    expect(named(asking.filter(holds(OPERATOR_PERMISSIONS)))).toEqual([
      "keyring.register-root",
      "keyring.rotate",
      "namespace.register",
      "namespace.register-key",
      "namespace.release",
      "namespace.retire-key",
      "operator.renew-token",
      "tenant.create",
      "tenant.invite-owner",
      "tenant.set-standing",
      "tenant.withdraw-invitation",
    ]);
  });
});

describe("asked at the doors", () => {
  let house: TestHouse;
  let hall: OpenHall;
  let tenant: TestTenant;
  let owner: Awaited<ReturnType<typeof addMember>>;

  beforeAll(async () => {
    house = await openHouse();
    hall = await house.open();
    tenant = await addTenant(hall.hall);
  });
  afterAll(() => house?.close());
  beforeEach(async () => {
    owner = await addMember(hall.hall, tenant.id, "owner");
  });

  /** By each of its doors, with nothing in the body: it is refused one way or the other. */
  async function refusals({ name, rest, trpc }: Operation, key: string): Promise<(string | undefined)[]> {
    const codes: (string | undefined)[] = [];
    if (rest) {
      const path = rest.path.replaceAll(/:[a-z_]+/g, randomUUID());
      codes.push((await hall.inject(rest.method, path, { key, body: {} })).body?.code);
    }
    if (trpc) {
      type Refused = { error?: { data: { hall: { code: string } } } };
      const { body } = await hall.inject<Refused>("POST", `/trpc/${name}`, { key, body: {} });
      codes.push(body.error?.data.hall.code);
    }
    return codes;
  }

  const ofPeople = asking.filter((operation) => !holds(OPERATOR_PERMISSIONS)(operation));

  it.each([
    ["an hour ago", "now() - interval '1 hour'"],
    ["in the future", "now() + interval '1 hour'"],
    ["never", "NULL"],
  ])("each of them is refused where a factor was shown %s", async (_, at) => {
    await house.admin.query(`UPDATE hall.session SET step_up_at = ${at} WHERE id = $1`, [owner.sessionId]);
    for (const operation of ofPeople)
      expect(new Set(await refusals(operation, owner.session)), operation.name).toEqual(
        new Set(["STEP_UP_REQUIRED"]),
      );
  });

  it("none of them is where it was shown a moment ago, and no key is ever asked", async () => {
    for (const operation of ofPeople) {
      // What takes a right away could take the owner's own.
      const { session } = await addMember(hall.hall, tenant.id, "owner");
      expect(await refusals(operation, session), operation.name).not.toContain("STEP_UP_REQUIRED");
      expect(await refusals(operation, tenant.key), operation.name).not.toContain("STEP_UP_REQUIRED");
    }
  });

  it("nobody without the permission learns that it would be asked", async () => {
    const auditor = await addMember(hall.hall, tenant.id, "auditor");
    await house.admin.query("UPDATE hall.session SET step_up_at = NULL WHERE id = $1", [auditor.sessionId]);
    for (const operation of ofPeople.filter(({ permission }) => permission !== "account:change"))
      expect(new Set(await refusals(operation, auditor.session)), operation.name).toEqual(
        new Set(["FORBIDDEN"]),
      );
  });

  it("the rest of them asks nothing of a session that is old", async () => {
    await house.admin.query("UPDATE hall.session SET step_up_at = NULL WHERE id = $1", [owner.sessionId]);
    for (const name of ["agreement.suspend", "worker.suspend", "member.end-sessions"])
      for (const operation of operations.filter((one) => one.name === name))
        expect(await refusals(operation, owner.session), name).not.toContain("STEP_UP_REQUIRED");
  });
});
