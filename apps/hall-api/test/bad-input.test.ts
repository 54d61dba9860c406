import { gzipSync } from "node:zlib";
import type { ReadReceipt } from "@guildhall/attestation/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { newSecret } from "../src/identity/api-key.ts";
import { KEY_SCOPES, OPERATOR_PERMISSIONS, ROLE_PERMISSIONS } from "../src/identity/permissions.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { GOOD } from "./probes/cases.ts";
import { enrollAt, RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addKey, addLink, addMember, addTenant, revokeKey, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;
let session: string;
let owner: string;
let linkOfMember: () => Promise<string>;

const operations = OPERATIONS as readonly unknown[] as readonly Operation[];
const NOBODY = "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11";

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await addTenant(hall.hall);
  const member = await addMember(hall.hall, tenant.id);
  session = member.session;
  owner = (await addMember(hall.hall, tenant.id, "owner")).session;
  linkOfMember = () => addLink(hall.hall, tenant.id, member.id);
  await enrollAt(hall, tenant.key, worker.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const text = (changes: Record<string, unknown> = {}) => JSON.stringify(request(tenant.identity, changes));
/** A whole RouteInput in which one value is written by hand. */
const withField = (written: string) => `${text().slice(0, -1)},${written}}`;
const utf16 = () => new Uint8Array(Buffer.from(text(), "utf16le"));
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));

/** A credential that may: the key where keys do, an operator's session where they never do. */
const keyFor = (permission: string) =>
  (KEY_SCOPES as readonly string[]).includes(permission)
    ? tenant.key
    : (ROLE_PERMISSIONS.operator as readonly string[]).includes(permission)
      ? session
      : (OPERATOR_PERMISSIONS as readonly string[]).includes(permission)
        ? hall.operatorToken
        : owner;

/** A value in a test's name. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.length} characters like ${text.slice(0, 20)}` : text;
}

const receipts = async () =>
  Number((await house.admin.query("SELECT count(*) AS n FROM ledger.receipt")).rows[0].n);

describe("a body that is not strict JSON is refused with 400 before anything is decided:", () => {
  const cases: [string, () => string | Uint8Array<ArrayBuffer>, string][] = [
    ["H-001 a repeated key", () => withField('"env":"prod"'), "JSON_DUPLICATE_KEY"],
    ["H-002 a key repeated by an escape", () => withField('"\\u0065nv":"prod"'), "JSON_DUPLICATE_KEY"],
    ["H-003 1e400", () => withField('"x":1e400'), "JSON_NUMBER_RANGE"],
    ["H-004 -0", () => withField('"x":-0'), "JSON_NEGATIVE_ZERO"],
    ["H-004 -0.0", () => withField('"x":-0.0'), "JSON_NEGATIVE_ZERO"],
    ["H-005 an integer that no double holds", () => withField('"x":9007199254740993'), "JSON_NUMBER_RANGE"],
    ...["NaN", "Infinity", "0x10", "1_000", "+1", ".5", "1.", "01", "'a'", "undefined"].map(
      (value): [string, () => string, string] => [
        `H-006 ${value}`,
        () => withField(`"x":${value}`),
        "JSON_SYNTAX",
      ],
    ),
    ["H-007 half a surrogate pair", () => withField('"x":"\\ud800"'), "JSON_LONE_SURROGATE"],
    ["H-007 a noncharacter", () => withField('"x":"\\uffff"'), "JSON_NONCHARACTER"],
    ["H-008 33 levels", () => withField(`"x":${"[".repeat(32)}${"]".repeat(32)}`), "JSON_TOO_DEEP"],
    ["H-008 100,000 opening brackets", () => "[".repeat(100_000), "JSON_TOO_DEEP"],
    [
      "H-009 10,001 keys",
      () => `{"request":{${Array.from({ length: 10_000 }, (_, n) => `"k${n}":0`).join()}}}`,
      "JSON_TOO_MANY_KEYS",
    ],
    ["H-011 __proto__", () => withField('"__proto__":{"isAdmin":true}'), "JSON_FORBIDDEN_KEY"],
    ["H-011 constructor", () => withField('"constructor":{"prototype":{}}'), "JSON_FORBIDDEN_KEY"],
    ["H-011 prototype, inside", () => withField('"x":{"prototype":{}}'), "JSON_FORBIDDEN_KEY"],
    ["H-011 __proto__ by escapes", () => withField('"\\u005f_proto__":{}'), "JSON_FORBIDDEN_KEY"],
    ["H-014 a byte order mark", () => bytes([0xef, 0xbb, 0xbf], text()), "JSON_BOM"],
    ["H-014 UTF-16", utf16, "JSON_SYNTAX"],
    ["H-014 bytes that are not UTF-8", () => bytes('{"a":"', [0xc0, 0xaf], '"}'), "JSON_NOT_UTF8"],
    ["H-018 cut off", () => text().slice(0, -5), "JSON_SYNTAX"],
    ["H-059 bytes after the end", () => `${text()}{}`, "JSON_TRAILING"],
    ["H-024 a raw control character", () => withField('"x":"a\u0000b"'), "JSON_SYNTAX"],
    ["only spaces", () => "   ", "JSON_SYNTAX"],
  ];

  it.each(cases)("%s", async (_, body, code) => {
    const before = await receipts();
    for (const [method, path] of [
      ["POST", "/wcp/route"],
      ["POST", "/wcp/dispatch"],
      ["POST", "/enroll"],
      ["PUT", `/wcp/workers/${RECORD.worker_id}/transport`],
      ["POST", "/wcp/grants/redeem"],
    ] as const)
      expectRefusal(
        await hall.ask(method, path, { key: tenant.key, body: body() }),
        400,
        path === "/enroll" && code === "JSON_NUMBER_RANGE" ? /JSON_NUMBER_RANGE|DENY_WORKER/ : code,
        path,
      );
    expect(await receipts()).toBe(before);
  });

  it("and a body of another shape than an object, too", async () => {
    const before = await receipts();
    for (const body of ["[]", "[1]", '"text"', "null", "5", "true"])
      for (const path of ["/wcp/route", "/wcp/dispatch", "/enroll"])
        expectRefusal(
          await hall.ask("POST", path, { key: tenant.key, body }),
          400,
          "INVALID_REQUEST",
          `${path} ${body}`,
        );
    expect(await receipts()).toBe(before);
  });

  it("and no body at all", async () => {
    const before = await receipts();
    for (const path of ["/wcp/route", "/wcp/dispatch", "/enroll"]) {
      expectRefusal(await hall.ask("POST", path, { key: tenant.key }), 400, /JSON/, path);
      expectRefusal(await hall.ask("POST", path, { key: tenant.key, body: "" }), 400, /JSON/, path);
    }
    expect(await receipts()).toBe(before);
  });

  it("H-011: and leaves Object's prototype as it was", () => {
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("what is no JSON body is not read:", () => {
  it("H-009: more than 256 kB are refused with 413, 256 kB are not", async () => {
    const filled = (size: number) =>
      text({ request: { text: "x".repeat(size - text({ request: { text: "" } }).length) } });
    const route = (body: string) => hall.ask("POST", "/wcp/route", { key: tenant.key, body });
    expectRefusal(await route(filled(300_000)), 413, "BODY_TOO_LARGE");
    expectRefusal(await route(filled(256 * 1024 + 1)), 413, "BODY_TOO_LARGE");
    expect((await route(filled(256 * 1024))).status).toBe(200);
  });

  it.each([
    ["H-015 text/plain", { "content-type": "text/plain" }],
    ["H-015 a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["H-015 multipart", { "content-type": "multipart/form-data; boundary=x" }],
    ["H-015 another JSON", { "content-type": "application/x-ndjson" }],
    ["H-010 gzip", { "content-encoding": "gzip" }],
    ["H-010 br", { "content-encoding": "br" }],
    ["H-010 twice gzip", { "content-encoding": "gzip, gzip" }],
  ])("%s is refused with 415", async (_, headers) => {
    const encoded = "content-encoding" in headers ? new Uint8Array(gzipSync(text())) : text();
    for (const path of ["/wcp/route", "/enroll", "/trpc/key.create"])
      expectRefusal(
        await hall.ask("POST", path, { key: tenant.key, body: encoded, headers }),
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        path,
      );
  });

  it("H-014: a charset that says otherwise changes nothing: the bytes are UTF-8 or refused", async () => {
    const headers = { "content-type": "application/json; charset=utf-16" };
    const asked = { key: tenant.key, headers };
    expect((await hall.ask("POST", "/wcp/route", { ...asked, body: text() })).status).toBe(200);
    expectRefusal(await hall.ask("POST", "/wcp/route", { ...asked, body: utf16() }), 400, /^JSON_/);
  });
});

describe("fields that nobody knows", () => {
  it("H-013: of a RouteInput are named in warnings, not read, and not in the receipt", async () => {
    const { status, body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: { ...request(tenant.identity), approved: true, tenantId: "other", "odd\u202ename": 1 },
    });
    expect(status).toBe(200);
    expect(body.outcome).toBe("DISPATCH");
    expect(body.warnings.join("\n")).toMatch(/approved is not a field[\s\S]*tenantId is not a field/);
    expect(body.warnings.join("\n")).not.toMatch(/\u202e/);
    expect(JSON.stringify(body.receipt)).not.toMatch(/approved|tenantId|odd/);
    await verified(body, hall.verifierKey);
  });

  it("H-013: of a worker's record are kept", async () => {
    const record = { ...RECORD, worker_id: "org.test.extra", x_unknown: { deep: [1.5] } };
    const { status } = await hall.ask("POST", "/enroll", { key: tenant.key, body: withHash(record) });
    expect(status).toBe(201);
  });

  it("H-013: anywhere else are refused with 400 and their path", async () => {
    const strict = operations.filter(({ rest, input }) => rest && input instanceof z.ZodObject);
    expect(strict.length).toBeGreaterThan(15);
    for (const { name, rest, permission } of strict) {
      const path = rest!.path.replace(":worker_id", RECORD.worker_id).replaceAll(/:[a-z_]+/g, NOBODY);
      const isRead = rest!.method === "GET";
      const key = keyFor(permission);
      const answer = await hall.ask(rest!.method, isRead ? `${path}?no_such_field=1` : path, {
        ...(permission !== "public" && permission !== "grant" && { key }),
        ...(!isRead && { body: { no_such_field: 1 } }),
      });
      const { problems } = expectRefusal(answer, 400, "INVALID_REQUEST", name);
      expect(problems, name).toContainEqual({ path: "no_such_field", expected: "no such field" });
    }
  });
});

describe("a RouteInput that breaks its schema is a decision: DENY_INVALID_INPUT, with a receipt", () => {
  const wrong: [string, string, unknown][] = [
    ["H-012", "capability_id", { not: "" }],
    ["H-012", "capability_id", ["cap.doc.summarize"]],
    ["H-012", "capability_id", true],
    ["H-012", "capability_id", null],
    ["H-012", "capability_id", undefined],
    ["H-020", "capability_id", "cap.dоc.summarize"],
    ["H-021", "capability_id", "cap.doc.ſummarize"],
    ["H-022", "capability_id", "cap.doc.sum\u200bmarize"],
    ["H-024", "capability_id", "cap.doc.summarize\n"],
    ["H-027", "capability_id", "__proto__"],
    ["H-028", "capability_id", " cap.doc.summarize"],
    ["H-028", "capability_id", "Cap.Doc.Summarize"],
    ["H-029", "capability_id", `cap.doc.${"x".repeat(65)}`],
    ["H-012", "env", "nowhere"],
    ["H-012", "env", ["prod"]],
    ["H-012", "data_label", 5],
    ["H-012", "tenant_risk", null],
    ["H-012", "qos_class", "P9"],
    ["H-012", "tenant_id", { $ne: null }],
    ["H-024", "tenant_id", "a\u0000b"],
    ["H-023", "tenant_id", "a\u202eb"],
    ["H-024", "correlation_id", "a\r\nb"],
    ["H-024", "correlation_id", "\u001b[31m"],
    ["H-029", "correlation_id", "x".repeat(129)],
    ["H-012", "blast_score", 85.5],
    ["H-012", "blast_score", "85"],
    ["H-012", "blast_score", true],
    ["H-012", "blast_score", 101],
    ["H-012", "blast_score", -1],
    ["H-012", "dry_run", "true"],
    ["H-012", "request", []],
    ["H-012", "request", "text"],
    ["H-012", "privilege_context", []],
    ["H-012", "blast_radius", 3],
    ["H-012", "tenant_credential", {}],
    ["H-022", "policy_version", "v\u2060"],
    ["H-009", "tenant_credential", "x".repeat(16_385)],
    ["H-009", "tenant_credential", "é".repeat(8_193)],
    ["H-009", "privilege_context", { deep: [{ er: "x".repeat(16_385) }] }],
    ["H-009", "blast_radius", { ["x".repeat(16_385)]: 1 }],
  ];

  it.each(
    wrong.map(([hostile, field, value]) => [`${hostile} ${field}: ${shown(value)}`, field, value] as const),
  )("%s", async (_, field, value) => {
    const { status, body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, { [field]: value }),
    });
    expect(status).toBe(200);
    await expectInvalid(body, field);
  });

  it("also where work is asked for, of which nothing starts", async () => {
    for (const [, field, value] of wrong.filter((_, n) => n % 6 === 0)) {
      const { status, body } = await hall.ask<RouteAnswer & { dispatch: null }>("POST", "/wcp/dispatch", {
        key: tenant.key,
        body: request(tenant.identity, { [field]: value }),
      });
      expect(status).toBe(200);
      expect(body.dispatch).toBeNull();
      await expectInvalid(body, field);
    }
  });

  it("an empty object is such a RouteInput too, and all that is missing is named at once", async () => {
    const { body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body: {} });
    for (const field of ["capability_id", "env", "data_label", "tenant_risk", "qos_class"])
      await expectInvalid(body, field);
  });

  it("a long string inside request is the worker's business", async () => {
    const { body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, { request: { text: "x".repeat(100_000) } }),
    });
    expect(body.outcome).toBe("DISPATCH");
  });

  async function expectInvalid(body: RouteAnswer, field: string): Promise<void> {
    expect(body).toMatchObject({
      denied: true,
      deny_code: "DENY_INVALID_INPUT",
      matched_rule_id: "PRE_ROUTING",
    });
    const problems = body.deny_reason_if_denied?.problems as { path: string; expected: string }[];
    expect(problems.map(({ path }) => path.split(/[.[]/)[0])).toContain(field);
    const receipt: ReadReceipt = await verified(body, hall.verifierKey);
    expect(receipt).toMatchObject({ chain: tenant.id, policy_decision: "DENY", dispatched_at: null });
  }
});

describe("any other input that breaks its schema is refused with 400 and the path of what is wrong:", () => {
  const transport = `/wcp/workers/${RECORD.worker_id}/transport`;
  const good = { kind: "http", url: "https://example.com/" };
  const key = (changes: object) => ({ name: "n", identities: ["x"], ...changes });
  const cases: [string, string, string, object | undefined, string][] = [
    ["H-012 a type", "PUT", transport, { ...good, timeout_ms: "5000" }, "timeout_ms"],
    ["H-012 a missing field", "PUT", transport, { kind: "http" }, "url"],
    ["H-128 a scheme", "PUT", transport, { ...good, url: "file:///etc/passwd" }, "url"],
    ["H-128 another scheme", "PUT", transport, { ...good, url: "gopher://x" }, "url"],
    ["H-009 a long string", "PUT", transport, { ...good, url: `https://x/${"x".repeat(17_000)}` }, "url"],
    ["H-024 NUL in a worker's id", "PUT", "/wcp/workers/org.test.a%00b/transport", good, "worker_id"],
    ["H-024 a line end in a worker's id", "PUT", "/wcp/workers/org.test.a%0Ab/transport", good, "worker_id"],
    ["H-020 Cyrillic in a worker's id", "PUT", "/wcp/workers/org.test.%D0%B0b/transport", good, "worker_id"],
    [
      "H-012 a field of the path in the body",
      "PUT",
      transport,
      { ...good, worker_id: "org.x.y" },
      "worker_id",
    ],
    ["H-012 a type", "POST", "/wcp/keys", key({ name: 5 }), "name"],
    ["H-024 NUL in a name", "POST", "/wcp/keys", key({ name: "a\u0000b" }), "name"],
    ["H-024 a line end in a name", "POST", "/wcp/keys", key({ name: "a\nb" }), "name"],
    ["H-023 a bidi control in a name", "POST", "/wcp/keys", key({ name: "a\u202eb" }), "name"],
    ["H-012 an operator for a value", "POST", "/wcp/keys", key({ identities: { $ne: null } }), "identities"],
    ["H-024 NUL in an identity", "POST", "/wcp/keys", key({ identities: ["a\u0000b"] }), "identities.0"],
    ["H-012 a scope nobody knows", "POST", "/wcp/keys", key({ scopes: ["admin"] }), "scopes.0"],
    ["H-013 a scope that keys never hold", "POST", "/wcp/keys", key({ scopes: ["key:create"] }), "scopes.0"],
    ["H-012 a negative time", "POST", "/wcp/keys", key({ expires_in_seconds: -1 }), "expires_in_seconds"],
    ["H-012 a token", "POST", "/wcp/session/begin", { token: { gt: "" } }, "token"],
    ["H-012 a grant", "POST", "/wcp/grants/redeem", { grant: ["x"] }, "grant"],
    ["H-012 a limit", "GET", "/wcp/decisions?limit=abc", undefined, "limit"],
    ["H-012 a limit given twice", "GET", "/wcp/decisions?limit=1&limit=2", undefined, "limit"],
    ["H-012 a limit over the most", "GET", "/wcp/decisions?limit=101", undefined, "limit"],
    [
      "H-005 a position that no double holds",
      "GET",
      "/wcp/decisions?before=9007199254740993",
      undefined,
      "before",
    ],
    ["H-012 a filter", "GET", "/wcp/decisions?env=nowhere", undefined, "env"],
    ["H-012 a filter of another shape", "GET", "/wcp/decisions?outcome[gt]=", undefined, "outcome[gt]"],
  ];

  it.each(cases)("%s: %s %s", async (_, method, path, body, at) => {
    const isPersons = path === "/wcp/keys";
    const open = path === "/wcp/session/begin" || path === "/wcp/grants/redeem";
    const answer = await hall.ask(method, path, {
      ...(!open && { key: isPersons ? session : tenant.key }),
      ...(body && { body }),
    });
    const { problems } = expectRefusal(answer, 400, "INVALID_REQUEST");
    expect(problems?.map((problem) => problem.path)).toContain(at);
  });

  it("H-012: a HEAD is held to the same schema as its GET", async () => {
    const head = (path: string) => hall.ask("HEAD", path, { key: tenant.key });
    expect((await head("/wcp/decisions?limit=abc")).status).toBe(400);
    expect((await head("/wcp/decisions?limit=1")).status).toBe(200);
  });

  it("H-009: a string over 16 kB in any field of any operation, but the text of a rule bundle", async () => {
    const isBundle = (name: string, field: string) =>
      /^(?:rule|shadow)\..* bundle$|^draft\..* content$/.test(`${name} ${field}`);
    const long = "x".repeat(16_385);
    for (const { name, rest, permission, input } of operations) {
      if (!rest || rest.method === "GET" || !(input instanceof z.ZodObject)) continue;
      const path = rest.path.replace(":worker_id", RECORD.worker_id).replaceAll(/:[a-z_]+/g, NOBODY);
      const key = keyFor(permission);
      const isOpen = permission === "public" || permission === "grant";
      for (const field of Object.keys(input.shape).filter((one) => !rest.path.includes(`:${one}`))) {
        if (isBundle(name, field)) continue;
        const answer = await hall.ask(rest.method, path, {
          ...(!isOpen && { key }),
          body: { [field]: long },
        });
        const { problems } = expectRefusal(answer, 400, "INVALID_REQUEST", `${name} ${field}`);
        expect(
          problems?.map((problem) => problem.path),
          name,
        ).toContain(field);
      }
    }
  });

  it("H-009: a worker's record with a string over 16 kB", async () => {
    const record = { ...RECORD, worker_id: "org.test.long", notes: "x".repeat(16_385) };
    const answer = await hall.ask("POST", "/enroll", { key: tenant.key, body: withHash(record) });
    const { problems } = expectRefusal(answer, 400, "INVALID_REQUEST");
    expect(problems?.map(({ path }) => path)).toEqual(["notes"]);
  });

  it("H-024: a worker's record that nobody could store", async () => {
    for (const [field, value] of [
      ["worker_id", "org.test.a\u0000b"],
      ["worker_species_id", "wrk.doc.a\u0000b"],
      ["capabilities", ["cap.doc.\u0000"]],
    ] as const) {
      const answer = await hall.ask("POST", "/enroll", {
        key: tenant.key,
        body: withHash({ ...RECORD, [field]: value }),
      });
      const { problems } = expectRefusal(answer, 400, "INVALID_REQUEST");
      expect(problems?.[0]?.path).toContain(field);
    }
  });
});

it("H-024: NUL in free text is kept as the character that it is, and every list can still be read", async () => {
  const record = { ...RECORD, worker_id: "org.test.nul", notes: "a\u0000b" };
  const enrolled = await hall.ask("POST", "/enroll", { key: tenant.key, body: withHash(record) });
  expect(enrolled.status).toBe(201);
  const asked = await hall.ask("POST", "/wcp/route", {
    key: tenant.key,
    body: request(tenant.identity, { request: { text: "a\u0000b" }, privilege_context: { a: "\u0000" } }),
  });
  expect(asked.status).toBe(200);
  const { id } = await addKey(hall.hall, tenant);
  const revoked = await hall.ask("POST", `/wcp/keys/${id}/revoke`, {
    key: session,
    body: { reason: "a\u0000b" },
  });
  expect([200, 400]).toContain(revoked.status);
  for (const path of [
    "/wcp/decisions?env=dev",
    "/wcp/decisions?outcome=DENY",
    "/wcp/workers",
    "/wcp/capabilities",
  ])
    expect((await hall.ask("GET", path, { key: tenant.key })).status, path).toBe(200);
});

describe("a credential that is none is refused with 401, and says which kind of none it is:", () => {
  const use = (key: string, path = "/wcp/workers") => hall.ask("GET", path, { key });

  it("H-105: nothing that was ever a key", async () => {
    expectRefusal(await hall.ask("GET", "/wcp/workers"), 401, "UNAUTHENTICATED");
    expectRefusal(await use("secret"), 401, "UNAUTHENTICATED");
    expectRefusal(await use("x".repeat(8000)), 401, "UNAUTHENTICATED");
  });

  it("H-105: a key that is mistyped", async () => {
    const last = tenant.key.at(-1) === "A" ? "B" : "A";
    expectRefusal(await use(tenant.key.slice(0, -1) + last), 401, "KEY_MALFORMED");
    expectRefusal(await use(tenant.key.slice(0, -1)), 401, "KEY_MALFORMED");
    expectRefusal(await use(tenant.key.toLowerCase()), 401, "KEY_MALFORMED");
  });

  it("a key that nobody has", async () => {
    expectRefusal(await use(newSecret("key")), 401, "UNAUTHENTICATED");
    expectRefusal(await use(newSecret("session")), 401, "UNAUTHENTICATED");
  });

  it("H-100: a secret of one kind used as another", async () => {
    expectRefusal(await use(await linkOfMember()), 401, "UNAUTHENTICATED");
    expectRefusal(await use(tenant.key.replace("hall_key", "hall_session")), 401, "UNAUTHENTICATED");
    expectRefusal(await use(session.replace("hall_session", "hall_key")), 401, "UNAUTHENTICATED");
    for (const token of [tenant.key, session, tenant.key.replace("hall_key", "hall_link")])
      expectRefusal(await hall.ask("POST", "/wcp/session/begin", { body: { token } }), 401, "LINK_SPENT");
  });

  it("an expired key, at the moment it expires", async () => {
    const { secret } = await addKey(hall.hall, tenant, { expiresAt: new Date(hall.hall.clock.now() + 400) });
    expect((await use(secret)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expectRefusal(await use(secret), 401, "KEY_EXPIRED");
    expectRefusal(await hall.ask("POST", "/wcp/route", { key: secret, body: text() }), 401, "KEY_EXPIRED");
  });

  it("a revoked key, for what reads and for what decides", async () => {
    const { id, secret } = await addKey(hall.hall, tenant);
    expect((await hall.ask("POST", "/wcp/route", { key: secret, body: text() })).status).toBe(200);
    await revokeKey(hall.hall, tenant.id, id);
    expectRefusal(await use(secret), 401, "KEY_REVOKED");
    expectRefusal(await hall.ask("POST", "/wcp/route", { key: secret, body: text() }), 401, "KEY_REVOKED");
  });

  it("H-107: a session that has ended, and a link that was used", async () => {
    const link = await linkOfMember();
    const { body } = await hall.ask<{ session_token: string }>("POST", "/wcp/session/begin", {
      body: { token: link },
    });
    expect((await use(body.session_token)).status).toBe(200);
    expectRefusal(await hall.ask("POST", "/wcp/session/begin", { body: { token: link } }), 401, "LINK_SPENT");
    expect((await hall.ask("POST", "/wcp/session/end", { key: body.session_token })).status).toBe(200);
    expectRefusal(await use(body.session_token), 401, "SESSION_ENDED");
    expectRefusal(
      await hall.ask("POST", "/wcp/session/end", { key: body.session_token }),
      401,
      "SESSION_ENDED",
    );
  });

  it("a session may sign nothing: it decides with 403, not with a decision", async () => {
    expectRefusal(await hall.ask("POST", "/wcp/route", { key: session, body: text() }), 403, "FORBIDDEN");
  });
});

describe("a path that leads nowhere", () => {
  it.each([
    ["GET", "/nope"],
    ["GET", "/"],
    ["POST", "/wcp/route/"],
    ["POST", "/WCP/route"],
    ["POST", "//wcp/route"],
    ["POST", "/wcp/./../route"],
    ["POST", "/wcp/route;a=b"],
    ["POST", "/wcp%2froute"],
    ["GET", "/wcp/%zz"],
    ["GET", "/trpc/no.such"],
    ["GET", "/trpc/constructor"],
    ["PUT", "/trpc/key.list"],
  ])("H-103: %s %s is 404 in JSON, like any other", async (method, path) => {
    const answer = await hall.inject<Refusal & { error: { data?: { hall?: object } } }>(method, path, {
      key: tenant.key,
      ...(method !== "GET" && { body: {} }),
    });
    expect([404, 405], answer.text).toContain(answer.status);
    const body = answer.body.error?.data?.hall ?? answer.body;
    expect(body).toMatchObject({ code: "NOT_FOUND", remedy: "Check the id." });
    expect(answer.text).not.toMatch(/FST_|stack|node_modules/);
  });

  it.each([
    ["DELETE", "/wcp/route", "OPTIONS, POST"],
    ["PATCH", "/wcp/workers", "GET, HEAD, OPTIONS, POST"],
    ["TRACE", "/health", "GET, HEAD, OPTIONS"],
    ["GET", "/api/v1/workers/org.test.x/attest", "OPTIONS, PUT"],
  ])("H-103: %s %s is 405 in JSON, which names what the path knows", async (method, path, allow) => {
    const answer = await hall.inject(method, path, { key: tenant.key });
    expectRefusal(answer, 405, "METHOD_NOT_ALLOWED");
    expect(answer.headers.get("allow")?.split(", ").sort().join(", ")).toBe(allow);
  });

  it("H-029: an id longer than any id is 404 too", async () => {
    const answer = await hall.ask("GET", `/wcp/receipts/${"x".repeat(300)}`, { key: tenant.key });
    expectRefusal(answer, 404, "NOT_FOUND");
  });

  it.each([
    "not-a-uuid",
    "null",
    "undefined",
    "__proto__",
    "constructor",
    "0",
    "%00",
    "..%2f..%2fetc",
    "'%20OR%201=1--",
    `%7B${NOBODY}%7D`,
    `${NOBODY}0`,
    NOBODY,
    NOBODY.toUpperCase(),
    "00000000-0000-0000-0000-000000000000",
  ])("H-029: the id %s is refused alike wherever it stands", async (id) => {
    const paths = operations.flatMap(({ name, rest, permission }) =>
      // What stands in one's own account is asked of somebody who has one: see sign-in.test.ts and passkeys.test.ts.
      rest?.path.includes(":id") && !name.startsWith("account.")
        ? [{ ...rest, path: rest.path.replace(":id", id), name, permission }]
        : [],
    );
    expect(paths.length).toBeGreaterThan(3);
    const answers = new Set<string>();
    for (const { method, path, name, permission } of paths) {
      const key = keyFor(permission);
      const body = GOOD[name] ?? {};
      const answer = await hall.inject(method, path, { key, ...(method !== "GET" && { body }) });
      const isUuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id);
      const { request_id: _, ...rest } = expectRefusal(
        answer,
        isUuid ? 404 : 400,
        isUuid ? "NOT_FOUND" : "INVALID_REQUEST",
        path,
      );
      answers.add(JSON.stringify(rest));
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).not.toContain(decodeURIComponent(id));
  });
});

describe("the console's door", () => {
  const call = (method: string, path: string, body?: string) =>
    hall.ask<{ error: { message: string; data: { hall: { code: string; error: string } } } }>(method, path, {
      key: session,
      ...(body !== undefined && { body }),
    });

  it("H-016: takes at most ten calls in one batch", async () => {
    const batch = (calls: number) => {
      const all = Array.from({ length: calls }, (_, n) => n);
      const input = encodeURIComponent(JSON.stringify(Object.fromEntries(all.map((n) => [n, {}]))));
      return call("GET", `/trpc/${all.map(() => "key.list").join()}?batch=1&input=${input}`);
    };
    expect((await batch(10)).status).toBe(200);
    const more = await batch(11);
    expect(more.status).toBe(400);
    expect(more.text).toContain("INVALID_REQUEST");
    expect((await batch(1000)).status).toBeGreaterThanOrEqual(400);
  });

  it("H-016: admits each call of a batch by itself", async () => {
    const input = encodeURIComponent(JSON.stringify({ 0: {}, 1: {} }));
    const auditor = await addMember(hall.hall, tenant.id, "auditor");
    const answer = await hall.ask<{ error?: { data: { hall: { code: string } } }; result?: object }[]>(
      "POST",
      "/trpc/session.end,key.create?batch=1",
      { key: auditor.session, body: { 0: {}, 1: { name: "n", identities: [tenant.identity] } } },
    );
    expect(answer.body[1]?.error?.data.hall.code).toMatch(/FORBIDDEN|SESSION_ENDED/);
    const stranger = await hall.ask<{ error: { data: { hall: { code: string } } } }[]>(
      "GET",
      `/trpc/key.list,session.me?batch=1&input=${input}`,
    );
    expect(stranger.body.map((one) => one.error.data.hall.code)).toEqual([
      "UNAUTHENTICATED",
      "UNAUTHENTICATED",
    ]);
  });

  it.each([
    ["H-001 a repeated key", '{"id":"a","id":"b"}', "JSON_DUPLICATE_KEY"],
    ["H-011 __proto__", '{"__proto__":{}}', "JSON_FORBIDDEN_KEY"],
    ["H-003 1e400", '{"expires_in_seconds":1e400}', "JSON_NUMBER_RANGE"],
    ["H-018 cut off", '{"id":', "JSON_SYNTAX"],
  ])("reads its input as strictly: %s", async (_, input, code) => {
    const sent = await call("POST", "/trpc/key.revoke", input);
    expect(sent.status).toBe(400);
    expect(sent.body).toMatchObject({ code });
    const asked = await call("GET", `/trpc/decision.get?input=${encodeURIComponent(input)}`);
    expect(asked.status).toBe(400);
    expect(asked.body).toMatchObject({ code });
  });

  it("H-012: names what is wrong with an input, without a stack", async () => {
    const answer = await call(
      "GET",
      `/trpc/decision.get?input=${encodeURIComponent('{"id":{"not":""},"x":1}')}`,
    );
    expect(answer.status).toBe(400);
    expect(answer.body.error.data.hall).toMatchObject({
      code: "INVALID_REQUEST",
      problems: [{ path: "id" }, { path: "x" }],
    });
    expect(answer.text).not.toMatch(/stack|node_modules|\.ts/);
  });
});

it("after all of it nothing was dispatched, and every chain and the whole log verify", async () => {
  const { rows } = await house.admin.query("SELECT count(*)::int AS n FROM hall.dispatch");
  expect(rows[0].n).toBe(0);
  expect(worker.received).toEqual([]);
  const chains = await verifiedLedger(house, hall);
  expect(chains.get(tenant.id)?.length).toBeGreaterThan(40);
  expect((await hall.ask("GET", "/health")).status).toBe(200);
});
