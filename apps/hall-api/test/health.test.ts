import { openNote, parseVerifierKey, readCheckpoint } from "@guildhall/attestation/verify";
import { findReceipt, type TenantTx, withOperator } from "@guildhall/db";
import { HALL_CHAIN } from "@guildhall/protocol";
import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await addTenant(hall.hall);
  await enrollAt(hall, tenant.key, worker.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

it("/health says that the process answers, in the words of both public servers' clients", async () => {
  const before = Date.now();
  const { status, body } = await hall.ask<{ timestamp: string }>("GET", "/health");
  expect(status).toBe(200);
  expect(body).toEqual({ ok: true, status: "ok", version: manifest.version, timestamp: expect.any(String) });
  expect(Math.abs(Date.parse(body.timestamp) - before)).toBeLessThan(10_000);
});

describe("/wcp/health", () => {
  it("tells a stranger the level and nothing more", async () => {
    const { body } = await hall.ask("GET", "/wcp/health");
    expect(body).toEqual({ status: "ok", compliance_level: "WCP-Standard" });
  });

  it("tells a key and a session what the next level needs, and how the log stands", async () => {
    const { session } = await addMember(hall.hall, tenant.id, "auditor");
    for (const key of [tenant.key, session]) {
      const { body } = await hall.ask("GET", "/wcp/health", { key });
      expect(body).toEqual({
        status: "ok",
        compliance_level: "WCP-Standard",
        next_level: {
          level: "WCP-Full",
          missing: ["human approvals", "ban list"],
        },
        log: {
          tree_size: expect.any(Number),
          sealed_size: expect.any(Number),
          sealed_at: expect.any(String),
          state: "sealed",
        },
        signer: "software file",
      });
    }
  });

  it("tells who holds a key that is none that it is none", async () => {
    expectRefusal(await hall.ask("GET", "/wcp/health", { key: "hall_key_x" }), 401, "KEY_MALFORMED");
  });

  it("is degraded, and reaches no level, while the signer is lost; then nothing is decided", async () => {
    const { sealer } = hall.hall.ledger;
    const { healthy } = sealer;
    sealer.healthy = () => false;
    const { body } = await hall.ask("GET", "/wcp/health", { key: tenant.key });
    expect(body).toMatchObject({
      status: "degraded",
      compliance_level: "none",
      next_level: { level: "WCP-Basic", missing: ["fail closed"] },
      log: { state: "signer_lost" },
    });
    const before = worker.received.length;
    for (const path of ["/wcp/route", "/wcp/dispatch"])
      expectRefusal(
        await hall.ask("POST", path, { key: tenant.key, body: request(tenant.identity) }),
        503,
        "SIGNER_UNAVAILABLE",
      );
    sealer.healthy = healthy;
    expect(worker.received.length).toBe(before);
    const again = await hall.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
    expect(again.status).toBe(200);
  });
});

it("/.well-known/jwks.json has the key that grants are signed with, which the Hall's own chain introduced before", async () => {
  await hall.ask("POST", "/wcp/dispatch", { key: tenant.key, body: request(tenant.identity) });
  const { kid } = decodeProtectedHeader(worker.received.at(-1)!.grant);
  const { body } = await hall.ask<{ keys: Record<string, string>[] }>("GET", "/.well-known/jwks.json");
  const live = body.keys.find((key) => key.kid === kid);
  expect(live).toEqual({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x: expect.any(String) });

  // The key's id is that of the receipt which introduced it.
  const stored = await withOperator(hall.hall.db, (tx) => findReceipt(tx as unknown as TenantTx, kid!));
  const receipt = await verified(await hall.hall.ledger.present(stored!), hall.verifierKey);
  expect(receipt).toMatchObject({
    kind: "key",
    action: "introduced",
    chain: HALL_CHAIN,
    subject: kid,
    details: {
      role: "grant",
      algorithm: "ed25519",
      public_key: Buffer.from(live!.x!, "base64url").toString("base64"),
    },
  });
  const { not_before, not_after } = receipt.details as { not_before: string; not_after: string };
  expect(Date.parse(not_after) - Date.parse(not_before)).toBeLessThanOrEqual(24 * 3600 * 1000);
});

it("every instance has a grant key of its own, and all of them are in each instance's list", async () => {
  const second = await house.open();
  const [ours, theirs] = await Promise.all(
    [hall, second].map((one) => one.ask<{ keys: { kid: string }[] }>("GET", "/.well-known/jwks.json")),
  );
  expect(ours?.body.keys.length).toBeGreaterThanOrEqual(2);
  expect(theirs?.body).toEqual(ours?.body);
  await second.stop();
});

it("/log/checkpoint verifies with the key of /.well-known/hall.json, and covers what was answered before", async () => {
  const { body: answer } = await hall.ask<{ receipt: { leaf_index: number } }>("POST", "/wcp/route", {
    key: tenant.key,
    body: request(tenant.identity),
  });
  const { body: identity } = await hall.ask<{ origin: string; verifier_key: string }>(
    "GET",
    "/.well-known/hall.json",
  );
  expect(identity).toEqual({
    origin: "hall.test/log",
    verifier_key: hall.verifierKey,
    signer: "software file",
    spec_version: "wcp-0.2/receipt-1",
  });
  const key = await parseVerifierKey(identity.verifier_key);
  const read = async () => {
    const { status, text, headers } = await hall.ask("GET", "/log/checkpoint");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    return readCheckpoint((await openNote(text, [key])).text);
  };
  // The seal is stored by the next batch, or a moment after its own.
  await expect.poll(async () => (await read()).treeSize).toBeGreaterThan(answer.receipt.leaf_index);
  expect((await read()).origin).toBe(identity.origin);
});
