import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSoftwareSigner, packageHash, readPackage, verifyMeasurement } from "@guildhall/attestation";
import type { Measurement } from "@guildhall/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ServedWorker, serveWorker, type WorkerEvent } from "../src/index.ts";

const WORKER = "org.acme.summarizer.i-1";
const NONCE = "1".repeat(64);

let folder: string;
let keyFile: string;
let server: Server;
let worker: ServedWorker | null;
let events: WorkerEvent[];
let asked: { path: string; authorization: string | undefined; body: Record<string, unknown> }[];
/** What the Hall answers to a report; null refuses the nonce. */
let matches: boolean | null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-report-"));
  keyFile = join(folder, "worker.pem");
  const { privateKey } = generateKeyPairSync("ed25519");
  await writeFile(keyFile, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  [worker, events, asked, matches] = [null, [], [], true];
  server = createServer(async (request, response) => {
    const body = await read(request);
    const { url: path = "", headers } = request;
    asked.push({ path, authorization: headers.authorization, body });
    const isChallenge = path.endsWith("/challenge");
    const answer =
      isChallenge && matches !== null
        ? { nonce: NONCE, hall: "hall.test/log" }
        : isChallenge
          ? { code: "NOT_FOUND", error: "There is no such thing here.", remedy: "Check the id." }
          : { matches };
    response.writeHead("code" in answer ? 404 : 201, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await worker?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text) as Record<string, unknown>;
}

/** Serves, and waits for what the first report led to. */
async function reported(changes = {}): Promise<WorkerEvent> {
  let told: (event: WorkerEvent) => void = () => undefined;
  const first = new Promise<WorkerEvent>((resolve) => {
    told = resolve;
  });
  const code = join(import.meta.dirname, "../../../examples/summarizer/src");
  worker = await serveWorker({
    workerId: WORKER,
    hallUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hallOrigin: "hall.test/log",
    port: 0,
    handlers: {},
    report: { folder: code, keyFile, apiKey: "hall_key_test", ...changes },
    log: (event) => {
      events.push(event);
      told(event);
    },
  });
  return first;
}

it("a worker reports its package under the Hall's nonce, signed by its own key, and calls it self-reported", async () => {
  expect(await reported()).toMatchObject({ level: "info", message: "reported", matches: true });
  expect(asked.map(({ path }) => path)).toEqual([
    `/wcp/workers/${WORKER}/measurements/challenge`,
    `/wcp/workers/${WORKER}/measurements`,
  ]);
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer hall_key_test"]));
  const { publicKey } = await openSoftwareSigner(keyFile);
  const verdict = await verifyMeasurement(String(asked[1]!.body.envelope), [new Uint8Array(publicKey)]);
  const { files } = await readPackage(join(import.meta.dirname, "../../../examples/summarizer/src"));
  expect(verdict).toMatchObject({
    ok: true,
    measurement: {
      hall: "hall.test/log",
      worker_id: WORKER,
      method: "self-reported",
      nonce: NONCE,
      hash: await packageHash(files),
    } satisfies Partial<Record<keyof Measurement, string>>,
  });
});

it("a report that does not match is an error in the log, and the worker serves on", async () => {
  matches = false;
  expect(await reported()).toMatchObject({ level: "error", message: "reported", matches: false });
  expect((await fetch(worker!.url)).status).toBe(405);
});

it("a Hall that gives no nonce is asked again, and the worker serves on", async () => {
  matches = null;
  expect(await reported({ everyMs: 5 })).toMatchObject({ level: "warn" });
  await expect.poll(() => asked.length).toBeGreaterThan(2);
  expect((await fetch(worker!.url)).status).toBe(405);
  await worker!.close();
});

it("a mistyped key file makes no key", async () => {
  const other = join(folder, "no-such.pem");
  expect(await reported({ keyFile: other })).toMatchObject({ level: "warn" });
  await expect(stat(other)).rejects.toMatchObject({ code: "ENOENT" });
});

it("what is hashed is what is there when the nonce is given, not when the worker started", async () => {
  const code = join(folder, "code");
  await rm(code, { recursive: true, force: true });
  const { mkdir } = await import("node:fs/promises");
  await mkdir(code);
  await writeFile(join(code, "a.ts"), "1");
  await reported({ folder: code, everyMs: 5 });
  const hashes = () =>
    asked.flatMap(({ body }) =>
      typeof body.envelope === "string"
        ? [JSON.parse(Buffer.from(JSON.parse(body.envelope).payload, "base64").toString()).hash as string]
        : [],
    );
  const before = hashes()[0];
  await writeFile(join(code, "a.ts"), "2");
  await expect.poll(() => new Set(hashes()).size).toBe(2);
  expect(hashes().at(-1)).not.toBe(before);
});
