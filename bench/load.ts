import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { Pool } from "undici";

/** Load on a server of this machine, from this process. Errors are counted: refusals look fast. */

export interface Target {
  port: number;
  keys: { key: string; identity: string }[];
  process: ChildProcess;
}

export async function startTarget(script: string, args: string[] = []): Promise<Target> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ready = await new Promise<{ port: number; keys?: Target["keys"] }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { port: number }));
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code} before it served`)));
  });
  return { port: ready.port, keys: ready.keys ?? [{ key: "none", identity: "floor" }], process: child };
}

/** One answer of the target, as text. */
export async function answerOf({ port, keys: [tenant] }: Target): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/wcp/route`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant!.key}`, "content-type": "application/json" },
    body: requestBody(tenant!.identity),
  });
  if (!answer.ok) throw new Error(`the first request was answered ${answer.status}: ${await answer.text()}`);
  return answer.text();
}

/** How often a Hall's signer has signed since its start, probes left out. */
export function signaturesOf({ process: child }: Target): Promise<number> {
  return new Promise((resolve) => {
    child.once("message", (message) => resolve((message as { signed: number }).signed));
    child.send("usage");
  });
}

export interface Commits {
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
}

/** How long durable commits of a batch's size took a Hall's database, one by one with nobody else there. */
export function commitsOf({ process: child }: Target): Promise<Commits> {
  return new Promise((resolve) => {
    child.once("message", (message) => {
      const tookMs = (message as { tookMs: number[] }).tookMs.toSorted((a, b) => a - b);
      resolve({
        p50Ms: quantile(tookMs, 0.5),
        p99Ms: quantile(tookMs, 0.99),
        worstMs: tookMs.at(-1) ?? Number.NaN,
      });
    });
    child.send("commits");
  });
}

export async function stopTarget({ process: child }: Target): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  if (child.connected) child.disconnect();
  await gone;
}

export interface Throughput {
  perSecond: number;
  errors: number;
  p99Ms: number;
}

/** Closed loop: `connections` clients, each sends its next request when the last is answered. */
export async function closedLoop(target: Target, connections: number, seconds: number): Promise<Throughput> {
  let at = 0;
  const result = await autocannon({
    url: `http://127.0.0.1:${target.port}/wcp/route`,
    method: "POST",
    connections,
    duration: seconds,
    setupClient(client) {
      // Each connection belongs to one tenant; its requests differ in their correlation id.
      const tenant = target.keys[at++ % target.keys.length]!;
      client.setHeaders({ authorization: `Bearer ${tenant.key}`, "content-type": "application/json" });
      client.setBody(requestBody(tenant.identity));
    },
  });
  return {
    perSecond: result.requests.total / result.duration,
    errors: result.errors + result.non2xx + result.timeouts,
    p99Ms: result.latency.p99,
  };
}

export interface Latency {
  p50Ms: number;
  p99Ms: number;
  errors: number;
  sent: number;
}

/** Open loop: a request each 1/rate seconds whatever the answers do; the clock of each starts when it was due. */
export async function openLoop(target: Target, perSecond: number, seconds: number): Promise<Latency> {
  const pool = new Pool(`http://127.0.0.1:${target.port}`, { connections: 64, pipelining: 1 });
  const latencies: number[] = [];
  let errors = 0;
  const pending: Promise<void>[] = [];
  const total = Math.round(perSecond * seconds);
  // Connections are made before the clock starts.
  await Promise.all(Array.from({ length: 64 }, (_, i) => ask(pool, target, i)));
  const started = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * perSecond) + 1);
    for (; sent < due; sent++) {
      const dueAt = started + (sent / perSecond) * 1000;
      pending.push(
        ask(pool, target, sent).then((ok) => {
          if (!ok) errors++;
          latencies.push(performance.now() - dueAt);
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  await pool.close();
  latencies.sort((a, b) => a - b);
  return { p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), errors, sent: total };
}

async function ask(pool: Pool, target: Target, i: number): Promise<boolean> {
  const tenant = target.keys[i % target.keys.length]!;
  try {
    const { statusCode, body } = await pool.request({
      method: "POST",
      path: "/wcp/route",
      headers: { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" },
      body: requestBody(tenant.identity),
    });
    await body.dump({ limit: 1_000_000 });
    return statusCode === 200;
  } catch {
    return false; // counted: a lost connection is an error of the server as much as a 503
  }
}

function requestBody(identity: string): string {
  return JSON.stringify({
    capability_id: "cap.doc.summarize",
    env: "dev",
    data_label: "INTERNAL",
    tenant_risk: "low",
    qos_class: "P2",
    tenant_id: identity,
    correlation_id: randomUUID(),
    request: { document: "annual-report-2026.md", max_sentences: 3, purpose: "weekly digest for the board" },
  });
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
