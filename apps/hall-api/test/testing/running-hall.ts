import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { verifierKey } from "@guildhall/attestation";
import { startEmbeddedPostgres } from "@guildhall/db";
import { startTestServer, type TestServer } from "@guildhall/db/testing";
import type { FastifyInstance } from "fastify";
import pg from "pg";
import type { Settings } from "../../src/env.ts";
import type { Probe } from "../../src/ledger/entry.ts";
import { type RunningHall, type StartOptions, startHall } from "../../src/wiring.ts";
import { childrenOf, isAlive, kill } from "./processes.ts";

/** A real PostgreSQL with one database, and as many Halls over it as a test asks for. */
export interface TestHouse {
  server: TestServer;
  /** What every Hall of this house starts with. */
  settings: Settings;
  /** A superuser, whom no policy stops: to look on and to break things, never to serve. */
  admin: pg.Pool;
  /** One more Hall over the same database, serving on a port of its own. */
  open(changes?: Partial<Settings>, probe?: Probe, start?: StartOptions): Promise<OpenHall>;
  /** `kill -9` of the whole server: the postmaster and everything it started. */
  killDatabase(): Promise<void>;
  /** Starts the server again, over the same folder and on the same port. */
  restartDatabase(): Promise<void>;
  /** Stops the Halls that are still open, then the server. */
  close(): Promise<void>;
}

/** A Hall in the test's own process. */
export interface OpenHall extends RunningHall {
  url: string;
  verifierKey: string;
  /** The credential of the Hall's operator. */
  operatorToken: string;
  /** What was printed for the operator: links that no mail server is set for. */
  printed: string[];
  /** Asks over HTTP, like anybody. */
  ask<Body = Refusal>(method: string, path: string, question?: Question): Promise<Answer<Body>>;
  /** The same without the wire, so that a path arrives as it is written. */
  inject<Body = Refusal>(method: string, path: string, question?: Question): Promise<Answer<Body>>;
}

export interface Question {
  /** An API key, a session token, or the operator's. */
  key?: string;
  /** An object is sent as JSON; text and bytes as they stand. */
  body?: object | string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

/** What a refusal looks like; any other answer has its own type. */
export interface Refusal {
  error: string;
  code: string;
  remedy: string;
  request_id: string;
  problems?: { path: string; expected: string }[];
  [detail: string]: unknown;
}

export async function openHouse(options: { postgres?: Record<string, string> } = {}): Promise<TestHouse> {
  const server = await startTestServer({
    from: process.env.GUILDHALL_TEST_SERVER,
    ...(options.postgres && { settings: options.postgres }),
  });
  const urls = await server.createDatabase();
  const databaseUrl = adminUrl(server, urls.owner);
  const dataDir = mkdtempSync(join(tmpdir(), "guildhall-hall-"));
  // The roles belong to the server, and so do their passwords.
  copyFileSync(join(dirname(server.dataDir), "database.json"), join(dataDir, "database.json"));
  const settings: Settings = {
    dataDir,
    host: "127.0.0.1",
    port: 0,
    trustedProxies: [],
    databaseUrl,
    signer: { kind: "file", path: join(dataDir, "keys", "hall.pem") },
    operatorTokenFile: join(dataDir, "keys", "operator-token"),
    factorKeyFile: join(dataDir, "keys", "factor-key"),
    headFile: join(dataDir, "keys", "hall.pem.log-head.json"),
    recoverLog: null,
    auditSeconds: 3600,
    witnesses: [],
    origin: "hall.test/log",
    url: "http://hall.test",
    consoleUrl: "http://console.test",
    passkeyDomain: null,
    secondFactorRoles: [],
    receiptSignatures: true,
    allowPrivateAddresses: true,
    ssoAllowLoopback: false,
    dnsServers: null,
    namespaceSuffixes: ["org"],
    requireHumanMode: "sdk",
    publishConsent: false,
    tenantRequestsPerMinute: null,
    requireSignatory: false,
    measurementValidMs: 300_000,
    onlineStandings: ["ok", "grace"],
    openLoopback: false,
    signUp: false,
    signUpsPerHour: 60,
    smtpUrl: null,
    mailFrom: "hall@hall.test",
    seed: "none",
    logLevel: "silent",
  };
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  admin.on("error", () => undefined); // tests kill the server under it
  const halls = new Set<OpenHall>();
  let { postgres } = server;
  return {
    server,
    settings,
    admin,
    async open(changes = {}, probe, start = {}) {
      const hall = await openHall({ ...settings, ...changes }, { ...start, ...(probe && { probe }) });
      const { stop } = hall;
      halls.add(hall);
      hall.stop = async () => {
        if (halls.delete(hall)) await stop();
      };
      return hall;
    },
    async killDatabase() {
      const pids = [postgres.pid, ...childrenOf(postgres.pid)];
      for (const pid of pids) kill(pid, "SIGKILL");
      while (pids.some(isAlive)) await sleep(10);
    },
    async restartDatabase() {
      postgres = await startEmbeddedPostgres({ dataDir: server.dataDir, port: postgres.port });
    },
    async close() {
      for (const hall of [...halls]) await hall.stop();
      await admin.end();
      // Its folder is thrown away, so it need not write anything down before it goes.
      kill(postgres.pid, "SIGQUIT");
      await postgres.stop();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The superuser's address of the database that `url` names. */
export function adminUrl(server: TestServer, url: string): string {
  const admin = new URL(server.postgres.adminUrl);
  admin.pathname = new URL(url).pathname;
  return admin.href;
}

async function openHall(settings: Settings, start: StartOptions): Promise<OpenHall> {
  const printed: string[] = [];
  const running = await startHall(settings, { print: (text) => void printed.push(text), ...start });
  try {
    await running.app.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    await running.stop();
    throw error;
  }
  const { port } = running.app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    ...running,
    url,
    verifierKey: verifierKey(settings.origin, running.hall.signer.publicKey),
    printed,
    operatorToken: readFileSync(settings.operatorTokenFile, "utf8").trim(),
    ask: (method, path, question) => ask(url, method, path, question),
    inject: (method, path, question) => inject(running.app, method, path, question),
  };
}

async function ask<Body>(
  url: string,
  method: string,
  path: string,
  question: Question = {},
): Promise<Answer<Body>> {
  const { headers, payload } = sent(question);
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: "manual",
    headers,
    ...(payload !== undefined && { body: payload }),
  });
  return answer(response.status, response.headers, await response.text());
}

async function inject<Body>(
  app: FastifyInstance,
  method: string,
  path: string,
  question: Question = {},
): Promise<Answer<Body>> {
  const { headers, payload } = sent(question);
  const response = await app.inject({
    method: method as "GET",
    url: path,
    headers,
    ...(payload !== undefined && { payload: typeof payload === "string" ? payload : Buffer.from(payload) }),
  });
  const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return answer(response.statusCode, new Headers(pairs as [string, string][]), response.body);
}

function sent({ key, body, headers }: Question) {
  const isText = typeof body === "string" || body instanceof Uint8Array;
  return {
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    payload: body === undefined || isText ? body : JSON.stringify(body),
  };
}

function answer<Body>(status: number, headers: Headers, text: string): Answer<Body> {
  const isJson = headers.get("content-type")?.startsWith("application/json") && text !== "";
  return { status, headers, text, body: (isJson ? JSON.parse(text) : null) as Body };
}
