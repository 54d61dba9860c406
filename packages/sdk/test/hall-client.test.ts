import { recordHash } from "@guildhall/attestation";
import { verifySealedReceipt } from "@guildhall/attestation/verify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HallClient } from "../src/index.ts";
import { type HallStandIn, INPUT, type Json, openHall } from "./hall-stand-in.ts";

let hall: HallStandIn;
let client: HallClient;
beforeEach(async () => {
  hall = await openHall();
  client = new HallClient({ url: hall.url, apiKey: "hall_key_test", verifierKey: hall.key });
});
afterEach(() => hall.close());

describe("route", () => {
  it("gives an allowed decision with a receipt that anybody can verify", async () => {
    const answer = await client.route(INPUT);
    expect(answer).toMatchObject({ denied: false, selected_worker_id: "org.acme.summarizer.i-1" });
    expect(answer.receipt).toMatchObject({ receipt_id: answer.decision_id, policy_decision: "ALLOW" });
    const { receipt, seal } = answer;
    expect(await verifySealedReceipt({ receipt, seal }, hall.key)).toMatchObject({ ok: true });
  });

  it("gives a denial as an answer, not as an error", async () => {
    hall.decides = { outcome: "DENY", code: "DENY_NO_MATCHING_RULE" };
    expect(await client.route(INPUT)).toMatchObject({
      denied: true,
      deny_reason_if_denied: { code: "DENY_NO_MATCHING_RULE" },
      selected_worker_id: null,
    });
  });

  it("gives a hold as denied, or as not denied where the answer names the human it waits for", async () => {
    hall.decides = { outcome: "HOLD", code: "DENY_REQUIRES_HUMAN" };
    expect(await client.route(INPUT)).toMatchObject({ denied: true, receipt: { policy_decision: "HOLD" } });
    hall.tamper = (answer) => ({ ...answer, denied: false, supervisor_required: true });
    expect(await client.route(INPUT)).toMatchObject({ denied: false, receipt: { policy_decision: "HOLD" } });
  });

  it("gives the denial of a request that breaks its schema, whose fields no receipt repeats", async () => {
    hall.decides = { outcome: "DENY", code: "DENY_INVALID_INPUT" };
    const answer = await client.route({ ...INPUT, env: "moon" as "prod" });
    expect(answer).toMatchObject({ denied: true, capability_id: null, correlation_id: null });
  });

  it("gives the denial of a request without tenant or correlation", async () => {
    hall.decides = { outcome: "DENY", code: "DENY_MISSING_TENANT_ID" };
    const answer = await client.route({ ...INPUT, tenant_id: "", correlation_id: "" });
    expect(answer).toMatchObject({ denied: true, tenant_id: null, correlation_id: null });
  });

  it("sends the key, the request as it is, and the idempotency key", async () => {
    await client.route(INPUT, { idempotencyKey: "once-1" });
    expect(hall.requests).toHaveLength(1);
    expect(hall.requests[0]).toMatchObject({
      method: "POST",
      path: "/wcp/route",
      headers: {
        authorization: "Bearer hall_key_test",
        "idempotency-key": "once-1",
        "content-type": "application/json",
      },
    });
    expect(JSON.parse(hall.requests[0]!.text)).toEqual(INPUT);
  });

  it("reaches a Hall below a path", async () => {
    hall.instead = (response, { path }) =>
      response.writeHead(404).end(JSON.stringify({ code: "P", error: path }));
    const below = new HallClient({ url: `${hall.url}/halls/a`, apiKey: "k", verifierKey: hall.key });
    await expect(below.route(INPUT)).rejects.toMatchObject({ message: "P: /halls/a/wcp/route" });
  });

  it("takes any of several keys, where a Hall has changed its own", async () => {
    const other = await openHall();
    const both = new HallClient({ url: hall.url, apiKey: "k", verifierKey: [other.key, hall.key] });
    await expect(both.route(INPUT)).resolves.toMatchObject({ denied: false });
    await other.close();
  });

  it("gets the same receipt for a repeat under an idempotency key, however much was decided since", async () => {
    const first = await client.route(INPUT, { idempotencyKey: "once-1" });
    await client.route(INPUT);
    hall.tamper = async (answer) => ({
      ...answer,
      ...(await hall.sealed(0)),
      decision_id: first.decision_id,
    });
    const repeated = await client.route(INPUT, { idempotencyKey: "once-1" });
    expect(repeated.receipt).toEqual(first.receipt);
  });

  it("serves many at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => client.route({ ...INPUT, correlation_id: `corr-${i}` })),
    );
    expect(answers.map((answer) => answer.correlation_id)).toEqual(answers.map((_, i) => `corr-${i}`));
  });
});

describe("dispatch", () => {
  it("gives the result with the receipt that closes the work", async () => {
    const answer = await client.dispatch(INPUT);
    expect(answer).toMatchObject({
      denied: false,
      dispatch: { id: answer.decision_id, state: "succeeded" },
      result: { summary: "Short." },
      outcome_receipt: { receipt: { kind: "outcome", decision_id: answer.decision_id, status: "succeeded" } },
    });
  });

  it("gives a failure with its receipt and without a result", async () => {
    hall.ends = "failed";
    expect(await client.dispatch(INPUT)).toMatchObject({
      dispatch: { state: "failed", reason: "WORKER_ERROR" },
      result: null,
      outcome_receipt: { receipt: { status: "failed" } },
    });
  });

  it("gives work that goes on without an outcome, and the outcome when asked again", async () => {
    hall.ends = "running";
    const answer = await client.dispatch(INPUT);
    expect(answer).toMatchObject({ dispatch: { state: "running" }, result: null, outcome_receipt: null });
    expect(await client.getDispatch(answer.decision_id)).toMatchObject({ outcome_receipt: null });
    hall.ends = "succeeded";
    const { decision_id: id } = await client.dispatch(INPUT);
    expect(await client.getDispatch(id)).toMatchObject({
      dispatch: { id, state: "succeeded" },
      outcome_receipt: { receipt: { decision_id: id } },
    });
  });

  it("gives a denial and a dry run without a dispatch", async () => {
    const nothing = { dispatch: null, result: null, outcome_receipt: null };
    expect(await client.dispatch({ ...INPUT, dry_run: true })).toMatchObject({ denied: false, ...nothing });
    hall.decides = { outcome: "DENY", code: "DENY_QUOTA" };
    expect(await client.dispatch(INPUT)).toMatchObject({ denied: true, ...nothing });
  });
});

describe("getReceipt", () => {
  it("gives the receipt that was asked for, verified", async () => {
    const { decision_id: id } = await client.dispatch(INPUT);
    expect(await client.getReceipt(id)).toMatchObject({ receipt: { receipt_id: id } });
    expect(await client.getReceipt(id.toUpperCase())).toMatchObject({ receipt: { receipt_id: id } });
  });
});

describe("enroll", () => {
  const golden = {
    worker_id: "org.test.hello-worker",
    worker_species_id: "wrk.doc.summarizer",
    capabilities: ["cap.doc.summarize"],
    risk_tier: "low",
    owner: "org.test",
  };

  it("adds the artifact hash that every WCP client computes for the record", async () => {
    expect(await client.enroll(golden)).toMatchObject({ enrolled: true, worker_id: golden.worker_id });
    expect(JSON.parse(hall.requests[0]!.text)).toEqual({
      ...golden,
      artifact_hash: "sha256:b348ddb1e23127821fc5053a8049587f4a80eaa7040e2f0a40b2da07798f0ffa",
    });
  });

  it("keeps the numbers of a record in text as they are written, and hashes those", async () => {
    const text = `  ${JSON.stringify(golden).slice(0, -1)},"x":1.0,"y":1e21,"z":0.1}\n`;
    await client.enroll(text);
    const sent = hall.requests[0]!.text;
    expect(sent).toContain('"x":1.0,"y":1e21,"z":0.1}');
    expect(sent).toContain("sha256:11f3770ed586954ce68eca40dfec92285e81c5c0147547b9d9e57fd28b791cf0");
    const big = `{"worker_id":"org.test.big","n":123456789012345678901234567890}`;
    await client.enroll(big);
    expect(hall.requests[1]!.text).toContain(recordHash(big));
  });

  it("sends a record that has its hash to the letter", async () => {
    const text = `{ "worker_id":"org.test.a", "artifact_hash": "sha256:0"}`;
    await client.enroll(text);
    expect(hall.requests[0]!.text).toBe(text);
  });

  it("does not take another worker's enrollment for this one's", async () => {
    hall.tamper = (answer) => ({ ...answer, worker_id: "org.test.other" });
    await expect(client.enroll(golden)).rejects.toMatchObject({ code: "ANSWER_MALFORMED" });
    hall.tamper = (answer) => ({ ...answer, enrolled: false });
    await expect(client.enroll(golden)).rejects.toMatchObject({ code: "ANSWER_MALFORMED" });
  });
});

describe("setTransport", () => {
  it("says where the worker is reached, and gives the digest", async () => {
    const transport = { kind: "http", url: "http://127.0.0.1:9/" } as const;
    const set = await client.setTransport("org.test.a", transport);
    expect(set).toEqual({ worker_id: "org.test.a", version: 1, digest: "d1" });
    expect(hall.requests[0]).toMatchObject({ method: "PUT", path: "/wcp/workers/org.test.a/transport" });
    expect(JSON.parse(hall.requests[0]!.text)).toEqual(transport);
  });

  it("keeps a worker id inside its part of the path", async () => {
    await client.setTransport("../keys?x#y", { kind: "http", url: "http://a/" });
    expect(hall.requests[0]!.path).toBe("/wcp/workers/..%2Fkeys%3Fx%23y/transport");
  });
});

describe("fetchVerifierKey", () => {
  it("gives the key that the Hall names for itself", async () => {
    expect(await HallClient.fetchVerifierKey(hall.url)).toBe(hall.key);
  });

  it("refuses a key of another origin, and what is no key", async () => {
    const refused = { code: expect.stringMatching(/^(?:ANSWER|VERIFIER_KEY)_MALFORMED$/) };
    const descriptions: Json[] = [
      { verifier_key: hall.key, origin: "other.example" },
      { verifier_key: hall.key.replace(/\+......../, "+00000000"), origin: hall.origin },
      { verifier_key: `${hall.origin}+junk`, origin: hall.origin },
      { verifier_key: 7, origin: hall.origin },
      { origin: hall.origin },
    ];
    for (const description of descriptions) {
      hall.tamper = () => description;
      await expect(HallClient.fetchVerifierKey(hall.url)).rejects.toMatchObject(refused);
    }
  });
});

describe("without a good key or address", () => {
  it("sends nothing: what could not be checked must not be started", async () => {
    const pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----";
    for (const verifierKey of ["", "junk", hall.key.slice(0, -1), pem]) {
      const unsure = new HallClient({ url: hall.url, apiKey: "k", verifierKey });
      const refused = { code: "VERIFIER_KEY_MALFORMED" };
      await expect(unsure.dispatch(INPUT)).rejects.toMatchObject(refused);
      await expect(unsure.getReceipt("a")).rejects.toMatchObject(refused);
    }
    expect(hall.requests).toEqual([]);
    expect(() => new HallClient({ url: hall.url, apiKey: "k", verifierKey: [] })).toThrow(/found none/);
  });

  it("refuses addresses and keys that are none, without repeating the key", () => {
    const key = hall.key;
    for (const url of [
      "",
      "hall",
      "ftp://hall/",
      "http://a@hall/",
      "http://:b@hall/",
      "http://hall/?x",
      "http://hall/#x",
    ])
      expect(() => new HallClient({ url, apiKey: "k", verifierKey: key }), url).toThrow(/http/);
    for (const apiKey of ["", "a b", "secret\r\nx: y", "é"])
      expect(() => new HallClient({ url: hall.url, apiKey, verifierKey: key }), apiKey).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("secret") }),
      );
  });
});

describe("a request that no Hall would read", () => {
  it("is refused before it is sent, with the Hall's own code", async () => {
    const loop: { [key: string]: unknown } = {};
    loop.loop = loop;
    for (const [request, code] of [
      [{ text: "\ud800" }, "JSON_LONE_SURROGATE"],
      [{ constructor: 1 }, "JSON_FORBIDDEN_KEY"],
      [{ big: 2 ** 60 }, "JSON_NUMBER_RANGE"],
      [{ big: 1n }, "INVALID_ARGUMENT"],
      [loop, "INVALID_ARGUMENT"],
    ] as const)
      await expect(client.route({ ...INPUT, request }), code).rejects.toMatchObject({ code });
    await expect(client.route(INPUT, { idempotencyKey: "a b" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(client.enroll("[]")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(hall.requests).toEqual([]);
  });
});
