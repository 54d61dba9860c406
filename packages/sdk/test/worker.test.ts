import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { request as httpRequest, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Handler,
  type ServedWorker,
  serveWorker,
  WorkDenied,
  type WorkerEvent,
  type WorkerOptions,
} from "../src/index.ts";
import type { GrantChanges } from "./grant-stand-in.ts";
import { type HallStandIn, type Json, openHall, sendJson } from "./hall-stand-in.ts";

const WORKER = "org.acme.summarizer.i-1";
const REQUEST = { text: "Long text.", nested: { a: [1, 2.5, null] } };

let hall: HallStandIn;
let worker: ServedWorker;
let worked: Json[];
let events: WorkerEvent[];
let handler: Handler;
beforeEach(async () => {
  hall = await openHall();
  worked = [];
  events = [];
  handler = async () => ({ summary: "Short." });
  worker = await serve();
});
afterEach(async () => {
  await worker.close();
  await hall.close();
});

function serve(changes: Partial<WorkerOptions> = {}): Promise<ServedWorker> {
  return serveWorker({
    workerId: WORKER,
    hallUrl: hall.url,
    port: 0,
    handlers: {
      "cap.doc.summarize": (request, context) => {
        worked.push(request);
        return handler(request, context);
      },
    },
    log: (event) => events.push(event),
    ...changes,
  });
}

interface Told {
  status: number;
  body: {
    status: string;
    result: unknown;
    telemetry: Json[];
    evidence: Json[];
    deny_reason: { code: string; message: string } | null;
  };
}

async function tell(body: unknown, init: RequestInit = {}, url = worker.url): Promise<Told> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
  return { status: response.status, body: (await response.json()) as Told["body"] };
}

function refusal(status: number, code: string) {
  return { status, body: { status: status < 500 ? "denied" : "error", result: null, deny_reason: { code } } };
}

const order = (changes?: GrantChanges) => hall.grants.issue(REQUEST, changes);

describe("under a grant", () => {
  it("works, once it is redeemed, and answers in WCP's envelope", async () => {
    const told = await tell(await order());
    expect(told).toMatchObject({
      status: 200,
      body: {
        status: "ok",
        result: { summary: "Short." },
        telemetry: [{ event_id: "evt.worker.executed.v1", correlation_id: "corr-1", worker_id: WORKER }],
        evidence: [{ kind: "grant_redeemed", redeemed_at: "2026-11-23T16:00:00.000Z" }],
        deny_reason: null,
      },
    });
    expect(worked).toEqual([REQUEST]);
    expect(hall.grants.redeemed).toHaveLength(1);
  });

  it("tells what models and tools did by OpenTelemetry's names, added up", async () => {
    handler = async (_, { report }) => {
      report({ model: "small", inputTokens: 10, outputTokens: 2 });
      report({ model: "large", inputTokens: 5, tool: "search" });
      report({ model: "small", outputTokens: 1 });
      return null;
    };
    const [event] = (await tell(await order())).body.telemetry;
    expect(event).toMatchObject({
      "gen_ai.request.model": "small,large",
      "gen_ai.tool.name": "search",
      "gen_ai.usage.input_tokens": 15,
      "gen_ai.usage.output_tokens": 3,
    });
    handler = async () => null;
    const [silent] = (await tell(await order())).body.telemetry;
    expect(Object.keys(silent!).filter((name) => name.startsWith("gen_ai."))).toEqual([]);
  });

  it("redeems before it works", async () => {
    let redeemedBefore = 0;
    handler = async () => {
      redeemedBefore = hall.grants.redeemed.length;
      return null;
    };
    await tell(await order());
    expect(redeemedBefore).toBe(1);
  });

  it("tells the handler what the Hall signed", async () => {
    let seen: unknown;
    handler = async (_, { grant }) => {
      seen = grant;
    };
    expect(await tell(await order())).toMatchObject({ status: 200, body: { status: "ok", result: null } });
    expect(seen).toMatchObject({
      workerId: WORKER,
      capability: "cap.doc.summarize",
      env: "prod",
      dataLabel: "INTERNAL",
      tenantId: "tenant-1",
      correlationId: "corr-1",
    });
  });

  it("knows its capability in the other spelling", async () => {
    const other = await serve({ handlers: { "cap.doc.make-short": async () => 1 } });
    const ordered = await order({ claims: { capability_id: "cap.doc.make_short" } });
    expect(await tell(ordered, {}, other.url)).toMatchObject({ status: 200 });
    await other.close();
  });

  it("asks the Hall for its keys and its name once, not for each grant", async () => {
    await Promise.all([order(), order(), order()].map(async (one) => tell(await one)));
    await tell(await order());
    const asked = hall.requests.map(({ path }) => path);
    expect(asked.filter((path) => path === "/.well-known/jwks.json")).toHaveLength(1);
    expect(asked.filter((path) => path === "/.well-known/hall.json")).toHaveLength(1);
    expect(worked).toHaveLength(4);
  });

  it("learns the key of a Hall that has started anew", async () => {
    expect(await tell(await order())).toMatchObject({ status: 200 });
    hall.grants.startAnew();
    expect(await tell(await order())).toMatchObject({ status: 200 });
  });

  it("asks for unknown keys once a second, and makes nobody else pay for it", async () => {
    await tell(await order());
    hall.grants.startAnew();
    const good = await order();
    const junk = await Promise.all(
      Array.from({ length: 30 }, (_, i) => order({ header: { kid: `junk-${i}` } })),
    );
    const told = await Promise.all([...junk, good, ...junk].map((one) => tell(one)));
    expect(told.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(told.filter(({ status }) => status === 401)).toHaveLength(60);
    const asked = hall.requests.filter(({ path }) => path === "/.well-known/jwks.json");
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it("takes its Hall's name from its own settings where it is given", async () => {
    const told = await serve({ hallOrigin: "hall.example.org/log" });
    expect(await tell(await order(), {}, told.url)).toMatchObject({ status: 200 });
    const other = await serve({ hallOrigin: "other.example.org/log" });
    expect(await tell(await order(), {}, other.url)).toMatchObject(refusal(401, "GRANT_INVALID"));
    await Promise.all([told.close(), other.close()]);
  });
});

describe("without a good grant nothing is done", () => {
  afterEach(() => {
    expect(worked).toEqual([]);
    expect(hall.grants.redeemed).toEqual([]);
  });

  it("none: 401", async () => {
    const { salt, request } = await order();
    expect(await tell({ salt, request })).toMatchObject(refusal(401, "GRANT_MISSING"));
    expect(await tell({ grant: "", salt, request })).toMatchObject(refusal(401, "GRANT_MISSING"));
    expect(await tell({})).toMatchObject(refusal(401, "GRANT_MISSING"));
  });

  it("no grant at all, but something in its place: 401", async () => {
    const ordered = await order();
    for (const grant of [
      "junk",
      "a.b.c",
      7,
      null,
      "x".repeat(9000),
      `${ordered.grant}x`,
      ` ${ordered.grant}`,
    ])
      expect(await tell({ ...ordered, grant }), String(grant)).toMatchObject(refusal(401, "GRANT_INVALID"));
  });

  const stranger = generateKeyPairSync("ed25519").privateKey;
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const wrong: [name: string, status: number, code: string, changes: GrantChanges][] = [
    ["signed by a stranger", 401, "GRANT_INVALID", { key: stranger }],
    ["under a key that the Hall does not list", 401, "GRANT_INVALID", { header: { kid: "other" } }],
    ["under no key", 401, "GRANT_INVALID", { header: { kid: undefined } }],
    ["that brings its own key", 401, "GRANT_INVALID", { key: stranger, header: { jwk: jwkOf(stranger) } }],
    ["of another algorithm", 401, "GRANT_INVALID", { key: rsa, header: { alg: "RS256" } }],
    ["of another type of token", 401, "GRANT_INVALID", { header: { typ: "JWT" } }],
    ["with demands nobody knows", 401, "GRANT_INVALID", { header: { crit: ["demand"], demand: 1 } }],
    ["of another Hall", 401, "GRANT_INVALID", { claims: { iss: "other.example.org/log" } }],
    ["that has expired", 401, "GRANT_EXPIRED", { issuedInS: -70 }],
    ["from tomorrow", 401, "GRANT_INVALID", { issuedInS: 3600 }],
    ["that lives too long", 401, "GRANT_INVALID", { lifetimeS: 61 }],
    ["that never ends", 401, "GRANT_INVALID", { claims: { exp: undefined } }],
    ["of no known age", 401, "GRANT_INVALID", { claims: { iat: undefined } }],
    ["without an id", 401, "GRANT_INVALID", { claims: { jti: undefined } }],
    ["without a dispatch", 401, "GRANT_INVALID", { claims: { sub: undefined } }],
    ["without a worker", 401, "GRANT_INVALID", { claims: { aud: undefined } }],
    ["without a request", 401, "GRANT_INVALID", { claims: { artifact_hash: undefined } }],
    ["longer than any", 401, "GRANT_INVALID", { claims: { padding: "x".repeat(8192) } }],
    ["for another worker", 403, "GRANT_FOR_ANOTHER", { claims: { aud: "org.acme.summarizer.i-2" } }],
    ["for several workers", 401, "GRANT_INVALID", { claims: { aud: [WORKER, "org.acme.other"] } }],
    [
      "for another request",
      403,
      "REQUEST_NOT_GRANTED",
      { claims: { artifact_hash: `sha256:${"0".repeat(64)}` } },
    ],
    [
      "for work that it does not do",
      403,
      "CAPABILITY_NOT_SERVED",
      { claims: { capability_id: "cap.doc.delete" } },
    ],
    ["for work of an odd name", 403, "CAPABILITY_NOT_SERVED", { claims: { capability_id: "toString" } }],
  ];
  it.each(wrong)("a grant %s: %i %s", async (_, status, code, changes) => {
    expect(await tell(await order(changes))).toMatchObject(refusal(status, code));
  });

  it("a grant without a signature: 401", async () => {
    const ordered = await order();
    const [header, payload, signature] = ordered.grant.split(".") as [string, string, string];
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "wcp-grant+jwt" })).toString("base64url");
    const hmac = Buffer.from(JSON.stringify({ alg: "HS256", typ: "wcp-grant+jwt" })).toString("base64url");
    for (const grant of [
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${hmac}.${payload}.${signature}`,
    ])
      expect(await tell({ ...ordered, grant })).toMatchObject(refusal(401, "GRANT_INVALID"));
  });

  it("a grant in which one character was changed: 401", async () => {
    const ordered = await order();
    const changed = Array.from({ length: 40 }, (_, i) => {
      const at = Math.floor((ordered.grant.length * i) / 40);
      return (
        ordered.grant.slice(0, at) + (ordered.grant[at] === "A" ? "B" : "A") + ordered.grant.slice(at + 1)
      );
    });
    const told = await Promise.all(changed.map((grant) => tell({ ...ordered, grant })));
    for (const one of told) expect(one).toMatchObject(refusal(401, "GRANT_INVALID"));
  });

  it("a request that was changed after it was granted: 403", async () => {
    const ordered = await order();
    for (const request of [
      { ...REQUEST, text: "Other text." },
      { ...REQUEST, more: true },
      { text: REQUEST.text },
      { ...REQUEST, nested: { a: [1, 2.5] } },
      {},
    ])
      expect(await tell({ ...ordered, request })).toMatchObject(refusal(403, "REQUEST_NOT_GRANTED"));
    const salt = Buffer.alloc(16, 1).toString("base64");
    expect(await tell({ ...ordered, salt })).toMatchObject(refusal(403, "REQUEST_NOT_GRANTED"));
  });

  it("a salt of another length, or not in base64, or a request that is no object: 400", async () => {
    const ordered = await order();
    const salt = ordered.salt;
    for (const change of [
      { salt: "" },
      { salt: undefined },
      { salt: salt.slice(0, -1) },
      { salt: ` ${salt}` },
      { salt: Buffer.alloc(17).toString("base64") },
      { salt: Buffer.alloc(16, 255).toString("base64url") },
      { request: [] },
      { request: "text" },
      { request: null },
    ])
      expect(await tell({ ...ordered, ...change })).toMatchObject(refusal(400, "INVALID_REQUEST"));
  });

  it("not by POST: 405, not JSON: 415 and 400, over 1 MB: 413", async () => {
    const ordered = JSON.stringify(await order());
    for (const method of ["PUT", "DELETE", "PATCH"])
      expect(await tell(ordered, { method }), method).toMatchObject(refusal(405, "METHOD_NOT_ALLOWED"));
    const got = await fetch(worker.url);
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
    for (const type of ["text/plain", "application/jsonp", "application/json; charset=latin1", ""])
      expect(await tell(ordered, { headers: { "content-type": type } }), type).toMatchObject(
        refusal(415, "UNSUPPORTED_MEDIA_TYPE"),
      );
    const packed = { "content-type": "application/json", "content-encoding": "gzip" };
    expect(await tell(ordered, { headers: packed })).toMatchObject(refusal(415, "UNSUPPORTED_MEDIA_TYPE"));
    for (const text of ["", "{", `${ordered}{}`, ordered.replace("{", '{"grant":"x",'), '{"__proto__":1}'])
      expect(await tell(text), text.slice(0, 20)).toMatchObject(refusal(400, "MALFORMED_JSON"));
    for (const text of ["[]", "null", '"grant"'])
      expect(await tell(text), text).toMatchObject(refusal(400, "INVALID_REQUEST"));
    const large = JSON.stringify({ grant: "x", request: { text: "x".repeat(1_000_001) } });
    expect(await tell(large)).toMatchObject(refusal(413, "BODY_TOO_LARGE"));
  });

  it("over 1 MB without saying so before: 413, and what is sent on is not kept", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(worker.url, {
        method: "POST",
        headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
      });
      request.on("response", (response) => {
        resolve(response.statusCode);
        response.resume();
        request.destroy();
      });
      request.on("error", reject);
      const chunk = "x".repeat(100_000);
      for (let i = 0; i < 11; i++) request.write(chunk);
    });
    expect(status).toBe(413);
  });

  it("a Hall that cannot be asked: 503, and the grant is still good afterwards", async () => {
    const ordered = await order();
    for (const instead of [
      (response: ServerResponse) => response.destroy(),
      (response: ServerResponse) => sendJson(response, 503, { error: "No.", code: "LEDGER_UNAVAILABLE" }),
      (response: ServerResponse) => response.writeHead(302, { location: "http://localhost/" }).end(),
      (response: ServerResponse) => response.writeHead(200).end("{}"),
    ]) {
      hall.instead = instead;
      expect(await tell(ordered)).toMatchObject(refusal(503, "HALL_UNAVAILABLE"));
    }
  });
});

describe("a grant works once", () => {
  it("told twice, one after the other: 409", async () => {
    const ordered = await order();
    expect(await tell(ordered)).toMatchObject({ status: 200 });
    expect(await tell(ordered)).toMatchObject(refusal(409, "GRANT_REDEEMED"));
    expect(worked).toHaveLength(1);
  });

  it("told ten times at once: one 200", async () => {
    const ordered = await order();
    const told = await Promise.all(Array.from({ length: 10 }, () => tell(ordered)));
    expect(told.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
    expect(worked).toHaveLength(1);
  });

  it("told to two replicas at once: the Hall knows", async () => {
    const replica = await serve();
    const ordered = await order();
    const told = await Promise.all([tell(ordered), tell(ordered, {}, replica.url)]);
    expect(told.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(worked).toHaveLength(1);
    await replica.close();
  });

  it("told again to a worker whose Hall forgets: 409 all the same", async () => {
    hall.grants.isForgetful = true;
    const ordered = await order();
    expect(await tell(ordered)).toMatchObject({ status: 200 });
    expect(await tell(ordered)).toMatchObject(refusal(409, "GRANT_REDEEMED"));
    expect(worked).toHaveLength(1);
  });

  it("a Hall that could not be asked, and then can: it works then", async () => {
    const ordered = await order();
    await tell(await order());
    hall.instead = (response) => response.destroy();
    expect(await tell(ordered)).toMatchObject(refusal(503, "HALL_UNAVAILABLE"));
    hall.instead = null;
    expect(await tell(ordered)).toMatchObject({ status: 200 });
    expect(worked).toHaveLength(2);
  });

  it("an answer to another redemption is none", async () => {
    hall.tamper = (answer) => (answer.redeemed ? { ...answer, dispatch_id: "other" } : answer);
    expect(await tell(await order())).toMatchObject(refusal(503, "HALL_UNAVAILABLE"));
    hall.tamper = (answer) => (answer.redeemed ? { ...answer, redeemed: "true" } : answer);
    expect(await tell(await order())).toMatchObject(refusal(503, "HALL_UNAVAILABLE"));
    expect(worked).toEqual([]);
  });

  it("a grant that the Hall itself calls invalid: 401", async () => {
    await tell(await order());
    hall.instead = (response) => sendJson(response, 401, { error: "No.", code: "GRANT_INVALID" });
    expect(await tell(await order())).toMatchObject(refusal(401, "GRANT_INVALID"));
    expect(worked).toHaveLength(1);
  });
});

describe("a handler", () => {
  it("that throws is answered as an error, without a word of what it threw; the log has it", async () => {
    handler = async () => {
      throw new Error("password=hunter2");
    };
    const told = await tell(await order());
    expect(told).toMatchObject({ status: 500, body: { status: "error", result: null } });
    expect(JSON.stringify(told)).not.toMatch(/hunter2|at .*\.ts|Error:/);
    expect(events.at(-1)).toMatchObject({
      level: "error",
      error: expect.objectContaining({ message: "password=hunter2" }),
    });
  });

  it("that throws what is no error, or before its first await, is answered as an error too", async () => {
    handler = () => Promise.reject(null);
    expect(await tell(await order())).toMatchObject({ status: 500 });
    handler = () => {
      throw new TypeError("early");
    };
    expect(await tell(await order())).toMatchObject({ status: 500 });
  });

  it("that denies is answered with its reason, as a call that went well", async () => {
    handler = async () => {
      throw new WorkDenied("INVALID_REQUEST", "text: expected 1 to 100,000 characters");
    };
    expect(await tell(await order())).toMatchObject({
      status: 200,
      body: {
        status: "denied",
        result: null,
        deny_reason: { code: "INVALID_REQUEST", message: "text: expected 1 to 100,000 characters" },
        evidence: [{ kind: "grant_redeemed" }],
      },
    });
  });

  it("that gives what a Hall could not read is an error, not a bad answer", async () => {
    const loop: unknown[] = [];
    loop.push(loop);
    for (const result of [1n, loop, { text: "\ud800" }, { constructor: 1 }, "x".repeat(1_000_001)]) {
      handler = async () => result;
      expect(await tell(await order())).toMatchObject({ status: 500, body: { status: "error" } });
      expect(events.at(-1)).toMatchObject({ level: "error" });
    }
  });

  it("is told when nobody waits any more", async () => {
    const gone = new Promise<void>((resolve) => {
      handler = (_, { signal }) =>
        new Promise((done) => {
          signal.addEventListener("abort", () => {
            resolve();
            done(null);
          });
        });
    });
    const patience = AbortSignal.timeout(300);
    await expect(tell(await order(), { signal: patience })).rejects.toThrow();
    await gone;
  });
});

describe("close", () => {
  it("waits for work that goes on, and takes no more", async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    handler = async () => {
      started.resolve();
      await finish.promise;
      return "done";
    };
    const going = tell(await order());
    await started.promise;
    let isClosed = false;
    const closing = worker.close().then(() => {
      isClosed = true;
    });
    await expect(tell(await order())).rejects.toThrow();
    expect(isClosed).toBe(false);
    finish.resolve();
    expect(await going).toMatchObject({ status: 200, body: { result: "done" } });
    await closing;
    await worker.close();
  });

  it("does not wait for connections on which nobody asks anything", async () => {
    const { hostname, port } = new URL(worker.url);
    const idle = connect(Number(port), hostname);
    await new Promise((resolve) => idle.once("connect", resolve));
    await tell(await order());
    const before = performance.now();
    await worker.close();
    expect(performance.now() - before).toBeLessThan(2000);
    idle.destroy();
  });
});

describe("serveWorker", () => {
  it("refuses names that no grant could carry, before it listens", async () => {
    await expect(serve({ workerId: "Summarizer" })).rejects.toThrow(/worker id like/);
    await expect(serve({ handlers: { summarize: async () => 1 } })).rejects.toThrow(/capabilities like/);
    await expect(serve({ hallUrl: "hall" })).rejects.toThrow(/address/);
  });

  it("says so where its port is taken", async () => {
    await expect(serve({ port: Number(new URL(worker.url).port) })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("works on although its log fails", async () => {
    const other = await serve({
      log: () => {
        throw new Error("disk full");
      },
    });
    expect(await tell(await order(), {}, other.url)).toMatchObject({ status: 200 });
    await other.close();
  });

  it("listens on loopback and says where", () => {
    expect(worker.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });
});

function jwkOf(key: KeyObject): object {
  const { kty, crv, x } = key.export({ format: "jwk" });
  return { kty, crv, x };
}
