import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_RULES } from "../src/demo-rules.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addKey, addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
/** Over the same database, and it publishes with consent only. */
let strict: OpenHall;
let tenant: TestTenant;
let ada: Person;
let bea: Person;
let carl: Person;

interface Person {
  id: string;
  session: string;
}

beforeAll(async () => {
  house = await openHouse();
  [hall, strict] = [await house.open(), await house.open({ publishConsent: true })];
  tenant = await addTenant(hall.hall);
  [ada, bea] = [await addMember(hall.hall, tenant.id), await addMember(hall.hall, tenant.id)];
  carl = await addMember(hall.hall, tenant.id, "compliance");
});
afterAll(() => house?.close());

interface Draft {
  id: string;
  name: string;
  content: string;
  base_digest: string | null;
  revision: number;
  status: string;
  created_by: string;
  updated_by: string;
  updated_at: string;
  consent_by: string | null;
  consent_at: string | null;
  consent_current: boolean;
}

const path = "/wcp/rules/drafts";
const create = async (who: Person, content?: string) =>
  (
    await hall.ask<Draft>("POST", path, {
      key: who.session,
      body: { name: "mine", ...(content !== undefined && { content }) },
    })
  ).body;
const save = (who: Person, { id, revision }: Draft, content: string, more: object = {}) =>
  hall.ask<Draft>("PUT", `${path}/${id}`, { key: who.session, body: { content, revision, ...more } });
const act = (who: Person, { id }: Draft, verb: string, body: object = {}) =>
  hall.ask<Draft>("POST", `${path}/${id}/${verb}`, { key: who.session, body });
const read = async (who: Person, { id }: Draft) =>
  (await hall.ask<Draft>("GET", `${path}/${id}`, { key: who.session })).body;
const consent = (who: Person, draft: Draft) => act(who, draft, "consent", { revision: draft.revision });
const publish = (who: Person, { id, revision }: Draft, at = hall) =>
  at.ask<{ publication: { number: number; digest: string }; receipt_id: string }>(
    "POST",
    "/wcp/rules/publish",
    { key: who.session, body: { draft_id: id, revision, note: "from a draft" } },
  );
const inForce = async () =>
  (await hall.ask<{ digest: string; bundle: string }>("GET", "/wcp/rules", { key: tenant.key })).body;

/** Rules of their own, so that each publication is one. */
let count = 0;
const rules = () => JSON.stringify({ rules: [{ ...DEMO_RULES.rules[1], rule_id: `r-${++count}` }] });

describe("a draft", () => {
  it("begins with the bundle in force, as somebody would want to edit it", async () => {
    const draft = await create(ada);
    const { digest, bundle } = await inForce();
    expect(draft).toMatchObject({
      name: "mine",
      base_digest: digest,
      revision: 1,
      status: "open",
      created_by: `person:${ada.id}`,
      updated_by: `person:${ada.id}`,
      consent_by: null,
      consent_current: false,
    });
    expect(draft.content).toContain('\n  "rules": [');
    expect(JSON.parse(draft.content)).toEqual(JSON.parse(bundle));
    expect(await read(bea, draft)).toEqual(draft);
  });

  it("keeps whatever was typed, a bundle or not, and its name where none is given", async () => {
    const draft = await create(ada, '{ "rules": [');
    const { status, body: saved } = await save(bea, draft, "no JSON at all ☂");
    expect(status).toBe(200);
    expect(saved).toMatchObject({
      content: "no JSON at all ☂",
      name: "mine",
      revision: 2,
      created_by: `person:${ada.id}`,
      updated_by: `person:${bea.id}`,
    });
    expect((await save(ada, saved, "again", { name: "ours" })).body).toMatchObject({
      name: "ours",
      revision: 3,
    });
  });

  it("that two people save over one revision keeps the first, and tells the second who and when", async () => {
    const draft = await create(ada, "from the start");
    const [one, two] = await Promise.all([save(ada, draft, "ada's"), save(bea, draft, "bea's")]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
    const [saved, late] = one.status === 200 ? [one, two] : [two, one];
    const refusal = expectRefusal(late as never, 409, "DRAFT_CONFLICT");
    expect(refusal).toMatchObject({
      revision: 2,
      updated_by: saved.body.updated_by,
      updated_at: saved.body.updated_at,
    });
    expect((await read(ada, draft)).content).toBe(saved.body.content);
    // With what is told there, the second one can go on.
    expect((await save(bea, saved.body, "both")).body).toMatchObject({ revision: 3, content: "both" });
  });

  it("that is discarded can be restored as it was, and until then nobody saves it", async () => {
    const draft = await create(ada, "worth keeping");
    expect((await act(bea, draft, "discard")).body).toMatchObject({ status: "discarded", revision: 1 });
    for (const refused of [
      await save(ada, draft, "x"),
      await act(ada, draft, "discard"),
      await consent(bea, draft),
      await publish(ada, draft),
    ]) {
      const refusal = expectRefusal(refused as never, 409, "CONFLICT");
      expect(refusal.reason).toBe("the draft is discarded");
    }
    expect((await act(ada, draft, "restore")).body).toEqual(draft);
    expectRefusal((await act(ada, draft, "restore")) as never, 409, "CONFLICT");
    expect((await save(ada, draft, "kept")).status).toBe(200);
  });

  it("stands in the list without its text, the open ones first", async () => {
    const [open, closed] = [await create(ada, "open"), await create(ada, "closed")];
    await act(ada, closed, "discard");
    const { body, text } = await hall.ask<{ drafts: Draft[] }>("GET", path, { key: carl.session });
    const at = ({ id }: Draft) => body.drafts.findIndex((one) => one.id === id);
    expect(at(open)).toBeGreaterThan(-1);
    expect(at(closed)).toBeGreaterThan(at(open));
    expect(text).not.toContain('"content"');
    const statuses = body.drafts.map(({ status }) => status);
    expect(statuses).toEqual([...statuses].sort((a, b) => Number(b === "open") - Number(a === "open")));
  });

  it("is published in the revision that was seen, once, and its text is what is then in force", async () => {
    const first = await create(ada, rules());
    const { body: draft } = await save(ada, first, rules());
    expectRefusal((await publish(ada, first)) as never, 409, "DRAFT_CONFLICT");
    const { status, body } = await publish(ada, draft);
    expect(status).toBe(201);
    expect(await inForce()).toMatchObject({ digest: body.publication.digest });
    expect(JSON.parse((await inForce()).bundle).rules[0].rule_id).toBe(
      JSON.parse(draft.content).rules[0].rule_id,
    );
    expect(await read(ada, draft)).toMatchObject({ status: "published", revision: 2 });
    expect(expectRefusal((await publish(ada, draft)) as never, 409, "CONFLICT").reason).toBe(
      "the draft is published",
    );
    expectRefusal((await act(ada, draft, "discard")) as never, 409, "CONFLICT");
  });

  it("that is published twice at once is published once", async () => {
    const draft = await create(ada, rules());
    const both = await Promise.all([publish(ada, draft), publish(bea, draft)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it("that is no bundle is not published, and stays open", async () => {
    const draft = await create(ada, "{");
    expectRefusal((await publish(ada, draft)) as never, 422, "BUNDLE_INVALID");
    expect(await read(ada, draft)).toEqual(draft);
  });

  it("is begun, saved and put away by whoever holds rule:draft, and by nobody else", async () => {
    const draft = await create(ada, "x");
    for (const refused of [
      await hall.ask("POST", path, { key: carl.session, body: { name: "n" } }),
      await save(carl, draft, "y"),
      await act(carl, draft, "discard"),
      await act(carl, draft, "restore"),
    ])
      expect(expectRefusal(refused as never, 403, "FORBIDDEN").permission).toBe("rule:draft");
    expect(await read(carl, draft)).toEqual(draft);
  });

  it("of more than 8 MB, with what no database keeps, without a name, or in a revision beyond all is refused", async () => {
    const draft = await create(ada, "x");
    const refusals = [
      await save(ada, draft, "ä".repeat(4 * 1024 * 1024 + 1)),
      await save(ada, draft, "a\0b"),
      await save(ada, { ...draft, revision: 2 ** 31 }, "x"),
      await consent(bea, { ...draft, revision: 2 ** 31 }),
      await publish(ada, { ...draft, revision: 2 ** 31 }),
      await hall.ask("POST", path, { key: ada.session, body: { name: "" } }),
      await hall.ask("POST", path, { key: ada.session, body: { name: "a\0b" } }),
    ];
    for (const refused of refusals) expectRefusal(refused as never, 400, "INVALID_REQUEST");
    expect((await save(ada, draft, "x".repeat(8 * 1024 * 1024))).body.revision).toBe(2);
  });
});

describe("consent", () => {
  it("is a second person's, to one revision: whoever edited last cannot give it, and a save voids it", async () => {
    const draft = await create(ada, rules());
    const own = expectRefusal((await consent(ada, draft)) as never, 403, "FORBIDDEN");
    expect(own.reason).toBe("who edited it last cannot consent to it");
    const { status, body: agreed } = await consent(bea, draft);
    expect(status).toBe(200);
    expect(agreed).toMatchObject({
      consent_by: `person:${bea.id}`,
      consent_current: true,
      // Consent is no edit.
      revision: 1,
      updated_by: `person:${ada.id}`,
    });
    const { body: edited } = await save(ada, agreed, rules());
    expect(edited).toMatchObject({ consent_by: `person:${bea.id}`, consent_current: false });
    expectRefusal((await consent(bea, draft)) as never, 409, "DRAFT_CONFLICT");
    expect((await consent(carl, edited)).body).toMatchObject({
      consent_by: `person:${carl.id}`,
      consent_current: true,
    });
  });

  it("that somebody gave does not count once that somebody has edited", async () => {
    const draft = await create(ada, rules());
    await consent(bea, draft);
    const { body: taken } = await save(bea, draft, rules());
    expect(taken.consent_current).toBe(false);
    expectRefusal((await consent(bea, taken)) as never, 403, "FORBIDDEN");
    expect((await consent(ada, taken)).body.consent_current).toBe(true);
  });

  it("is never a key's, whatever the key was given", async () => {
    const draft = await create(ada, rules());
    // No operation makes such a key; a row might.
    const forged = await addKey(hall.hall, tenant, { scopes: ["rule:consent", "rule:read"] });
    for (const key of [tenant.key, forged.secret]) {
      const refused = await hall.ask("POST", `${path}/${draft.id}/consent`, { key, body: { revision: 1 } });
      expect(expectRefusal(refused, 403, "FORBIDDEN").permission).toBe("rule:consent");
    }
    const asked = await hall.ask("POST", "/wcp/keys", {
      key: ada.session,
      body: { name: "n", identities: [tenant.identity], scopes: ["rule:consent"] },
    });
    expectRefusal(asked, 400, "INVALID_REQUEST");
    expect((await read(ada, draft)).consent_by).toBeNull();
  });

  it("where the Hall asks for it, is needed for every publication: of a bundle alone, and of a draft without", async () => {
    const { digest } = await inForce();
    const alone = await strict.ask("POST", "/wcp/rules/publish", {
      key: ada.session,
      body: { bundle: rules() },
    });
    expectRefusal(alone, 409, "CONSENT_REQUIRED");
    const draft = await create(ada, rules());
    expectRefusal((await publish(ada, draft, strict)) as never, 409, "CONSENT_REQUIRED");
    await consent(bea, draft);
    const { body: edited } = await save(ada, draft, rules());
    expectRefusal((await publish(bea, edited, strict)) as never, 409, "CONSENT_REQUIRED");
    expect(await read(ada, edited)).toEqual(edited);
    expect((await inForce()).digest).toBe(digest);

    await consent(carl, edited);
    const { status, body } = await publish(ada, edited, strict);
    expect(status).toBe(201);
    expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({
      actor: { kind: "person", id: ada.id },
      subject: body.publication.digest,
      details: { consent_by: `person:${carl.id}`, note: "from a draft" },
    });
  });

  it("to an edit by a key is not the owner's of that key", async () => {
    const asked = await hall.ask<{ id: string; key: string }>("POST", "/wcp/keys", {
      key: ada.session,
      body: { name: "of ada", identities: [tenant.identity], scopes: ["rule:read", "rule:draft"] },
    });
    const { body: draft } = await hall.ask<Draft>("POST", path, {
      key: asked.body.key,
      body: { name: "by ada's key", content: rules() },
    });
    expect(draft.updated_by).toBe(`key:${asked.body.id}`);
    expectRefusal((await consent(ada, draft)) as never, 403, "FORBIDDEN");
    expect((await consent(bea, draft)).status).toBe(200);
  });

  it("leaves a receipt that names the bundle, as its publication does, and is given to nothing else", async () => {
    const draft = await create(ada, rules());
    const { body } = await consent(bea, draft);
    const receipt = await verifiedAct(hall, tenant.key, (body as Draft & { receipt_id: string }).receipt_id);
    expect(receipt).toMatchObject({
      kind: "rule",
      action: "consented",
      actor: { kind: "person", id: bea.id },
      details: { draft_id: draft.id, revision: 1, edited_by: `person:${ada.id}` },
    });
    const published = await publish(ada, body, strict);
    expect(published.body.publication.digest).toBe(receipt.subject);
    const unsound = await create(ada, "{}");
    expectRefusal((await consent(bea, unsound)) as never, 422, "BUNDLE_INVALID");
    expect((await read(ada, unsound)).consent_by).toBeNull();
  });

  it("where the Hall asks for it, is needed for the way back too", async () => {
    await publish(ada, await create(ada, rules()));
    const { digest } = await inForce();
    const back = await strict.ask("POST", "/wcp/rules/roll-back", { key: ada.session, body: { number: 1 } });
    expectRefusal(back, 409, "CONSENT_REQUIRED");
    expect((await inForce()).digest).toBe(digest);
  });

  it("to what a key has edited is a person's too", async () => {
    const { body: draft } = await hall.ask<Draft>("POST", path, {
      key: tenant.key,
      body: { name: "by a key", content: rules() },
    });
    expect(draft.updated_by).toBe(`key:${tenant.keyId}`);
    expectRefusal(
      (await strict.ask("POST", "/wcp/rules/publish", {
        key: tenant.key,
        body: { draft_id: draft.id, revision: 1 },
      })) as never,
      409,
      "CONSENT_REQUIRED",
    );
    await consent(bea, draft);
    expect((await publish(bea, draft, strict)).status).toBe(201);
  });
});
