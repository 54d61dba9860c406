import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { commit } from "@guildhall/attestation";
import { canonicalId, type StrictJson, WorkerId } from "@guildhall/protocol";
import { type Grant, type GrantOffice, grantOffice } from "./grant.ts";
import { readWork } from "./read-work.ts";
import { type CodeReport, reportCode } from "./report-code.ts";
import { hallTransport } from "./transport.ts";
import {
  denied,
  failed,
  type ModelUsage,
  refused,
  type WorkAnswer,
  worked,
  writeAnswer,
} from "./work-answer.ts";
import { WorkDenied, WorkRefusal } from "./work-refusal.ts";

export interface WorkerOptions {
  /** `aud` of the grants it works under. */
  workerId: string;
  /** Whose grants count: where keys are read and grants redeemed. */
  hallUrl: string;
  /** `iss` of the grants. Without it the Hall at `hallUrl` is asked, once. */
  hallOrigin?: string;
  /** 0 for any free one. */
  port: number;
  /** Loopback by default. */
  host?: string;
  /** By capability. A handler throws `WorkDenied` for a request that it will not do. */
  handlers: { [capability: string]: Handler };
  log?: (event: WorkerEvent) => void;
  /** Reports the worker's own code to the Hall, from the start on and again and again. */
  report?: CodeReport;
}

export type Handler = (request: { [key: string]: StrictJson }, context: WorkContext) => Promise<unknown>;

/** Under what a handler works: all of it is the Hall's word, signed. */
export interface WorkContext {
  grant: Grant;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Says which model or tool did the work and what it took; told in the answer's telemetry. Calls add up. */
  report(usage: ModelUsage): void;
}

export interface WorkerEvent {
  level: "info" | "warn" | "error";
  message: string;
  [detail: string]: unknown;
}

export interface ServedWorker {
  /** For the worker's transport. */
  url: string;
  /** Takes no more work, waits for what goes on (10 s at most), then closes. */
  close(): Promise<void>;
}

/** Below a grant's lifetime: an answer that comes later would be of no use. */
const HALL_TIMEOUT_MS = 10_000;
const CLOSE_MS = 10_000;

/**
 * Serves a worker over HTTP. It works only under a grant of its Hall: genuine, in time, for this worker, this
 * request and a capability it serves; and redeemed first, so that one grant starts work once however often
 * it is sent, to however many replicas.
 */
export async function serveWorker(options: WorkerOptions): Promise<ServedWorker> {
  const { port, host = "127.0.0.1" } = options;
  const log = quietly(options.log);
  const work = worker({ ...options, log });
  const stopping = new AbortController();
  let isClosing = false;
  /** Every connection, with the number of answers it waits for. */
  const connections = new Map<Socket, number>();

  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      const { socket } = request;
      connections.set(socket, (connections.get(socket) ?? 0) + 1);
      response.on("close", () => connections.set(socket, (connections.get(socket) ?? 1) - 1));
      void answer(request, response);
    },
  );
  server.on("connection", (socket) => {
    connections.set(socket, 0);
    socket.on("close", () => connections.delete(socket));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, stopping.signal]);
    const { status, text } = await answerSafely(() => {
      if (isClosing) throw new WorkRefusal("SHUTTING_DOWN");
      return work(request, signal);
    }, log);
    response.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(status === 405 && { allow: "POST" }),
      // An unread body is not read for the sake of the connection.
      ...((isClosing || !request.complete) && { connection: "close" }),
    });
    response.end(text);
    request.resume();
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });

  const stopReports = options.report ? startReports(options, options.report, log) : () => undefined;
  let closed: Promise<void> | null = null;
  return {
    url: urlOf(server.address() as AddressInfo),
    close() {
      closed ??= new Promise((resolve) => {
        isClosing = true;
        stopReports();
        const timer = setTimeout(() => {
          stopping.abort();
          server.closeAllConnections();
        }, CLOSE_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        // Node's own closeIdleConnections leaves those open on which nothing was ever asked.
        for (const [socket, waiting] of connections) if (waiting === 0) socket.destroy();
      });
      return closed;
    },
  };
}

const REPORT_EVERY_MS = 60_000;

/** A report that fails is told and made again: the worker serves on, and the Hall decides what it is worth meanwhile. */
function startReports({ hallUrl, workerId }: WorkerOptions, report: CodeReport, log: Log): () => void {
  const { apiKey, everyMs = REPORT_EVERY_MS } = report;
  const transport = hallTransport({ url: hallUrl, apiKey, timeoutMs: HALL_TIMEOUT_MS });
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  const once = async () => {
    try {
      const matches = await reportCode(transport, workerId, report);
      log({ level: matches ? "info" : "error", message: "reported", matches });
    } catch (error) {
      log({ level: "warn", message: "the code could not be reported; it is tried again", error });
    }
    if (!isStopped) timer = setTimeout(() => void once(), everyMs).unref();
  };
  void once();
  return () => {
    isStopped = true;
    if (timer) clearTimeout(timer);
  };
}

/** A log that fails must not undo, or hide, what was done. */
function quietly(log: WorkerOptions["log"]): Log {
  return (event) => {
    try {
      log?.(event);
    } catch {
      // There is nowhere left to say it.
    }
  };
}

type Log = (event: WorkerEvent) => void;
type DoWork = (request: IncomingMessage, signal: AbortSignal) => Promise<WorkAnswer>;

/** Reads, verifies, redeems, works: in this order, and each only if all before it went well. */
function worker({ workerId, hallUrl, hallOrigin, handlers, log }: WorkerOptions & { log: Log }): DoWork {
  if (!WorkerId.safeParse(workerId).success)
    throw new TypeError(
      `Expected a worker id like org.acme.summarizer.i-1, got ${JSON.stringify(workerId)}.`,
    );
  const served = canonicalHandlers(handlers);
  const office = grantOffice(
    hallTransport({ url: hallUrl, timeoutMs: HALL_TIMEOUT_MS }),
    workerId,
    hallOrigin ?? null,
  );
  const spend = spendOnce(office);

  return async (request, signal) => {
    const { grant: jws, salt, request: payload } = await readWork(request);
    const grant = await office.verify(jws);
    if (commit(payload, salt) !== grant.artifactHash) throw new WorkRefusal("REQUEST_NOT_GRANTED");
    // The grant repeats the spelling of whoever asked.
    const handle = served.get(canonicalId("cap", grant.capability) ?? "");
    if (!handle) throw new WorkRefusal("CAPABILITY_NOT_SERVED");
    const { redeemedAt } = await spend(jws, grant);

    const startedAtMs = Date.now();
    const usages: ModelUsage[] = [];
    const done = () => ({ grant, redeemedAt, startedAtMs, endedAtMs: Date.now(), usages });
    const dispatch = { dispatch: grant.dispatchId, capability: grant.capability };
    try {
      const result = await handle(payload, { grant, signal, report: (usage) => void usages.push(usage) });
      log({ level: "info", message: "worked", ...dispatch });
      return worked(result, done());
    } catch (error) {
      if (!(error instanceof WorkDenied)) throw error;
      log({ level: "info", message: "denied", code: error.code, ...dispatch });
      return denied(error, done());
    }
  };
}

/**
 * The Hall says who is first; this says it too, for the case that the Hall forgets. A grant that the Hall
 * could not be asked about is not spent.
 */
function spendOnce(office: GrantOffice): GrantOffice["redeem"] {
  /** By `jti`, until no clock takes the grant for valid. */
  const spent = new Set<string>();
  return async (jws, grant) => {
    if (spent.has(grant.id)) throw new WorkRefusal("GRANT_REDEEMED");
    spent.add(grant.id);
    setTimeout(() => spent.delete(grant.id), 2 * 60_000).unref();
    try {
      return await office.redeem(jws, grant);
    } catch (error) {
      if (error instanceof WorkRefusal && error.code === "HALL_UNAVAILABLE") spent.delete(grant.id);
      throw error;
    }
  };
}

/** An answer in any case, and what went wrong in the log only. */
async function answerSafely(
  work: () => Promise<WorkAnswer>,
  log: Log,
): Promise<{ status: number; text: string }> {
  try {
    const answer = await work();
    return { status: answer.status, text: writeAnswer(answer) };
  } catch (error) {
    if (error instanceof WorkRefusal)
      log({ level: "warn", message: "refused", code: error.code, cause: error.cause });
    else log({ level: "error", message: "failed", error });
    const answer = error instanceof WorkRefusal ? refused(error) : failed();
    return { status: answer.status, text: writeAnswer(answer) };
  }
}

function canonicalHandlers(handlers: WorkerOptions["handlers"]): Map<string, Handler> {
  return new Map(
    Object.entries(handlers).map(([capability, handler]) => {
      const id = canonicalId("cap", capability);
      if (id === null)
        throw new TypeError(
          `Expected capabilities like cap.doc.summarize, got ${JSON.stringify(capability)}.`,
        );
      return [id, handler];
    }),
  );
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === "0.0.0.0" || address === "::") return `http://127.0.0.1:${port}/`;
  return family === "IPv6" ? `http://[${address}]:${port}/` : `http://${address}:${port}/`;
}
