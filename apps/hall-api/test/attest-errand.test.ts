import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";

/** docs/attest-a-worker.md, step by step, with the hall command as a person runs it. */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const RECORD = JSON.parse(readFileSync(join(ROOT, "examples/summarizer/record.json"), "utf8"));
const WORKER = RECORD.worker_id as string;

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;
let operator: string;
let folder: string;
let code: string;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await addTenant(hall.hall);
  operator = (await addMember(hall.hall, tenant.id)).session;
  await enrollAt(hall, tenant.key, worker.url, { record: RECORD });
  folder = mkdtempSync(join(tmpdir(), "hall-errand-"));
  code = join(folder, "summarizer");
  const isCode = (path: string) => !path.includes("node_modules");
  cpSync(join(ROOT, "examples/summarizer"), code, { recursive: true, filter: isCode });
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const main = join(ROOT, "packages/cli/src/main.ts");
  const env = { ...process.env, HALL_KEY: tenant.key };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const publicKeyIn = (out: string) => /public key +(\S+)/.exec(out)![1]!;
const show = (...more: string[]) => run("attest", "show", WORKER, "--hall", hall.url, ...more);
const dispatch = async () =>
  (
    await hall.ask<RouteAnswer & { dispatch: { state: string } | null }>("POST", "/wcp/dispatch", {
      key: tenant.key,
      body: request(tenant.identity),
    })
  ).body;
const measure = () =>
  run("runner", "measure", config(), "--hall", hall.url, "--runner-key", join(folder, "runner.pem"));
function config(): string {
  const path = join(folder, "packages.json");
  writeFileSync(path, JSON.stringify({ packages: [{ worker_id: WORKER, folder: "summarizer" }] }));
  return path;
}

it("one changed byte of the example worker: denied, alerted, flagged, until it is put right, cleared and measured again", async () => {
  // The namespace's key, and who says that it is the namespace's.
  const namespaceKey = await run("attest", "keygen", "--out", join(folder, "namespace.pem"));
  const owned = await hall.ask("POST", "/hall/namespace-keys", {
    key: hall.operatorToken,
    body: {
      tenant: tenant.identity.replace(/\.test$/, ""),
      namespace: "org.guildhall",
      public_key: publicKeyIn(namespaceKey.out),
    },
  });
  expect(owned.status).toBe(201);
  // The runner's key.
  const runnerKey = await run("attest", "keygen", "--out", join(folder, "runner.pem"));
  const registered = await hall.ask("POST", "/wcp/runners", {
    key: operator,
    body: { name: "runner-1", public_key: publicKeyIn(runnerKey.out) },
  });
  expect(registered.status).toBe(201);
  // A profile that asks for measured code, in force where the request is for.
  const profile = {
    profile_id: "prof.test.measured",
    name: "Measured",
    attestation_minimum: "runner-measured",
  };
  await hall.ask("PUT", "/wcp/profiles/prof.test.measured", { key: operator, body: { profile } });
  await hall.ask("PUT", "/wcp/environments/dev/profile", {
    key: operator,
    body: { profile_id: profile.profile_id },
  });
  expect(await dispatch()).toMatchObject({ deny_code: "DENY_WORKER_ATTESTATION_MISSING", dispatch: null });

  expect(await show()).toMatchObject({ code: 2, err: expect.stringContaining("No code is registered for") });

  // Build, sign, register, measure.
  const about = ["--worker-id", WORKER, "--species", RECORD.worker_species_id, "--version", "1.0.0"];
  expect(await run("attest", "build", code, ...about)).toMatchObject({ code: 0 });
  expect(await run("attest", "sign", code, "--key-file", join(folder, "namespace.pem"))).toMatchObject({
    code: 0,
  });
  const trusted = ["--worker-id", WORKER, "--key", publicKeyIn(namespaceKey.out)];
  expect(await run("attest", "verify", code, ...trusted)).toMatchObject({ code: 0 });
  expect(await run("attest", "register", code, "--hall", hall.url)).toMatchObject({ code: 0, err: "" });
  expect(await dispatch()).toMatchObject({ deny_code: "DENY_WORKER_HASH_UNAVAILABLE" });
  expect(await show()).toMatchObject({ code: 0, err: "", out: expect.stringContaining("‖ unmeasured") });
  expect(await measure()).toMatchObject({ code: 0, out: expect.stringContaining("is what was registered") });
  expect(await show()).toMatchObject({ code: 0, err: "", out: expect.stringContaining("● matches") });
  const allowed = await dispatch();
  expect(allowed).toMatchObject({ deny_code: null, dispatch: { state: "succeeded" } });
  expect(await verified(allowed, hall.verifierKey)).toMatchObject({
    decision: { attestation: { method: "runner-measured", valid: true } },
  });

  // One byte.
  const file = join(code, "src/summarize.ts");
  const good = readFileSync(file);
  const changed = Buffer.from(good);
  changed[0]! ^= 1;
  writeFileSync(file, changed);
  const runs = worker.runs.length;
  expect(await measure()).toMatchObject({
    code: 1,
    out: expect.stringContaining("is not what was registered"),
  });
  const denied = await dispatch();
  expect(denied).toMatchObject({ deny_code: "DENY_WORKER_TAMPERED", dispatch: null });
  expect(await verified(denied, hall.verifierKey)).toMatchObject({ worker_attestation_valid: false });
  expect(worker.runs.length).toBe(runs);
  const alerts = await hall.ask<{ alerts: { alert_id: string }[] }>("GET", "/alerts", { key: tenant.key });
  expect(alerts.body).toMatchObject({
    count: 1,
    alerts: [{ code: "DENY_WORKER_TAMPERED", worker_id: WORKER }],
  });
  const standing = await hall.ask("GET", `/wcp/workers/${WORKER}/attestation`, { key: tenant.key });
  expect(standing.body).toMatchObject({ state: "flagged" });
  const flagged = await show();
  expect(flagged).toMatchObject({ code: 0, err: "", out: expect.stringContaining("✕ flagged") });
  const alertId = alerts.body.alerts[0]!.alert_id;
  expect(flagged.out).toContain(`, alert ${alertId}`);
  expect(flagged.out).not.toContain("Cleared");

  // Put right, it stays flagged; cleared, it has to be measured.
  writeFileSync(file, good);
  expect(await measure()).toMatchObject({ code: 0 });
  expect(await dispatch()).toMatchObject({ deny_code: "DENY_WORKER_TAMPERED" });
  const cleared = await hall.ask("POST", `/wcp/workers/${WORKER}/flag/clear`, {
    key: operator,
    body: { reason: "restored from the build" },
  });
  expect(cleared.status).toBe(200);
  expect(await dispatch()).toMatchObject({ deny_code: "DENY_WORKER_HASH_UNAVAILABLE" });
  expect(await measure()).toMatchObject({ code: 0 });
  expect(await dispatch()).toMatchObject({ deny_code: null, dispatch: { state: "succeeded" } });
  const restored = await show();
  expect(restored.out).toMatch(/^● matches /);
  expect(restored.out).toMatch(/^Cleared .* by person:.*: restored from the build$/m);
  expect(restored.out).toContain(`, alert ${alertId}`);
}, 60_000);

it("the runner measures what its configuration lists, and nothing for a key that is not registered", async () => {
  const other = await run("attest", "keygen", "--out", join(folder, "other.pem"));
  expect(other.code).toBe(0);
  const by = (path: string, key = "runner.pem") =>
    run("runner", "measure", path, "--hall", hall.url, "--runner-key", join(folder, key));
  expect(await by(config(), "other.pem")).toMatchObject({
    code: 2,
    err: expect.stringContaining("does not answer what was asked"),
  });
  const path = join(folder, "bad.json");
  for (const bad of [
    { packages: [] },
    { packages: [{ worker_id: WORKER }] },
    { packages: [{ worker_id: WORKER, folder: "x", run: "rm" }] },
    { packages: [{ worker_id: WORKER, image: "latest" }] },
  ]) {
    writeFileSync(path, JSON.stringify(bad));
    expect(await by(path)).toMatchObject({ code: 2, err: expect.stringContaining("expected { ") });
  }
  writeFileSync(path, JSON.stringify({ packages: [{ worker_id: WORKER, folder: "nowhere" }] }));
  expect(await by(path)).toMatchObject({ code: 2, err: expect.stringContaining("PACKAGE_UNREADABLE") });
}, 60_000);
