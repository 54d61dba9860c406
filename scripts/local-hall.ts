import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SUMMARIZER_RECORD } from "../examples/summarizer/src/record.ts";
import { HallClient } from "../packages/sdk/src/index.ts";

/**
 * A Hall and its example worker as processes of this machine: what `npm start` and `npm run demo` have in
 * common. Everything goes through the doors that others use: HTTP, an API key, the SDK.
 */
export interface LocalHall {
  url: string;
  client: HallClient;
  demo: {
    apiKey: string;
    identity: string;
    tenantSlug: string;
    /** As the first start pinned it. */
    verifierKey: string;
    operatorTokenFile: string;
    signInUrl: string;
  };
  /** Makes the first who operates the Hall; null where somebody does. */
  firstRunUrl: string | null;
  dataDir: string;
  /** Settles when one of the processes ends by itself. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NODE = process.execPath;

/** One line a step, with the time it took. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  process.stdout.write(`${what} …`);
  const done = await work();
  process.stdout.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return done;
}

export async function startLocalHall(
  env: Record<string, string> = {},
  { watch = false }: { watch?: boolean } = {},
): Promise<LocalHall> {
  const dataDir = process.env.HALL_DATA_DIR ?? join(ROOT, ".guildhall");
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const processes: ChildProcess[] = [];
  const stop = async () => {
    // The Hall last: it stops its database when its own work is done.
    for (const child of processes.toReversed()) await endProcess(child);
  };
  try {
    const hall = startProcess(
      "apps/hall-api/src/main.ts",
      {
        HALL_LOG_LEVEL: "warn",
        ...env,
        HALL_DATA_DIR: dataDir,
        HALL_SEED: "demo",
      },
      "inherit",
      watch,
    );
    processes.push(hall);
    const ready = await step("Starting the Hall (database, migrations, keys, demo tenant)", () =>
      firstMessage<Pick<LocalHall, "url" | "demo" | "firstRunUrl">>(hall, "The Hall"),
    );
    const { url, demo, firstRunUrl } = ready;

    const worker = startProcess(
      "examples/summarizer/src/main.ts",
      {
        HALL_URL: url,
        SUMMARIZER_PORT: process.env.SUMMARIZER_PORT ?? (watch ? "8770" : "0"),
      },
      "ignore",
      watch,
    );
    processes.push(worker);
    const serving = await step("Starting the example worker", () =>
      firstMessage<{ url: string }>(worker, "The example worker"),
    );

    const verifierKey = await pinOnce(join(dataDir, "demo-pin"), demo.verifierKey);
    const client = new HallClient({ url, apiKey: demo.apiKey, verifierKey });
    await step("Enrolling it", async () => {
      const { worker_id } = await client.enroll(SUMMARIZER_RECORD);
      await client.setTransport(worker_id, { kind: "http", url: serving.url, timeout_ms: 10_000 });
    });
    const ended = Promise.race(
      processes.map(
        (child) =>
          new Promise<string>((resolve) => child.once("exit", () => resolve(child.spawnargs.at(-1) ?? ""))),
      ),
    );
    return { url, client, demo: { ...demo, verifierKey }, firstRunUrl, dataDir, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The Hall's key as the first start over this folder saw it. Later starts follow the log from there, as any client
 * does that pinned a key and outlives it.
 */
async function pinOnce(path: string, offered: string): Promise<string> {
  try {
    await writeFile(path, `${offered}\n`, { mode: 0o600, flag: "wx" });
    return offered;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return (await readFile(path, "utf8")).trim();
  }
}

function startProcess(
  script: string,
  env: Record<string, string>,
  output: "inherit" | "ignore",
  watch: boolean,
): ChildProcess {
  return spawn(NODE, [...(watch ? ["--watch", "--watch-preserve-output"] : []), join(ROOT, script)], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, "inherit", "ipc"],
  });
}

/** What a process says once it serves. A process that ends first has said why on its own error output. */
function firstMessage<T>(child: ChildProcess, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    child.on("message", (message: T & { kind?: string }) => {
      if (message.kind === "ready") resolve(message);
    });
    child.once("exit", (code) =>
      reject(new Error(`${name} did not start (exit ${code}); its reason stands above.`)),
    );
    child.once("error", reject);
  });
}

/** Ends a process that we started, by its id: politely, and after ten seconds for good. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(late);
}

/** Stops what runs when a person or a supervisor says so, once. @returns whether that has begun */
export function stopOnSignal(stop: () => Promise<void>): () => boolean {
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    process.stdout.write("\nStopping …\n");
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  // npm hands a signal to its shell, which dies of it and passes nothing on: an orphan stops, too.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), 500).unref();
  return () => stopping;
}
