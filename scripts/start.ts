import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { print, showVerdict, showWork, summariseOwnDocument } from "./governed-work.ts";
import { endProcess, ROOT, startLocalHall, step, stopOnSignal } from "./local-hall.ts";

/**
 * `npm start`: a Hall, its example worker, one governed dispatch with its proof, and the console, which is built
 * in the background. Serves until it is stopped. `--watch` is `npm run dev`: Hall, worker and console follow their sources.
 */
const watch = process.argv.includes("--watch");
const consolePort = process.env.HALL_CONSOLE_PORT ?? "3000";
const consoleUrl = `http://localhost:${consolePort}`;

const settings = {
  HALL_CONSOLE_URL: consoleUrl,
  // The console on this machine says whom it passes on.
  HALL_TRUSTED_PROXIES: process.env.HALL_TRUSTED_PROXIES ?? "127.0.0.1/32,::1/128",
};
const hall = await startLocalHall(settings, { watch }).catch((error: Error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
});
const web: { process: ReturnType<typeof spawn> | null } = { process: null };
const isStopping = stopOnSignal(async () => {
  if (web.process) await endProcess(web.process);
  await hall.stop();
});
void hall.ended.then((which) => {
  if (isStopping()) return;
  process.stderr.write(`\n${which} ended by itself; stopping the rest.\n`);
  process.kill(process.pid, "SIGTERM");
});

const building = watch ? Promise.resolve(true) : buildConsole();
try {
  const answer = await step("Dispatching a summary of README.md", () => summariseOwnDocument(hall));
  showWork(answer);
  await showVerdict("decision", answer, hall);
  await showVerdict("outcome", answer.outcome_receipt!, hall);
} catch (error) {
  process.stderr.write(`\n${(error as Error).message}\n`);
}
print(`
  The Hall    ${hall.url}   (API: ${hall.url}/openapi.json)
  Its key     ${hall.demo.verifierKey}
  Operator    token in ${hall.demo.operatorTokenFile}
  Agent key   in ${join(hall.dataDir, "demo-key")}; identity ${hall.demo.identity}`);

const built = await building;
// Told to stop meanwhile: nothing more is started, and the stop that is under way ends the process.
if (isStopping()) await new Promise(() => undefined);
if (built) {
  startConsole();
  await step(watch ? "Starting the console" : "Building and starting the console", waitForConsole);
  print(`
  Console     ${consoleUrl}
  Sign in     ${hall.demo.signInUrl}
              (once, within the hour; every start prints a new link)${operateLine()}

  Ctrl-C stops everything.`);
} else print("\n  The console could not be built; the reason stands above. The Hall goes on serving.");

/** Until somebody operates the Hall as a person. */
function operateLine(): string {
  return hall.firstRunUrl === null
    ? ""
    : `\n  Operate     ${hall.firstRunUrl}\n              (makes the first who operates this Hall, with a tenant of theirs)`;
}

/** Cached by content: the second start finds it built. */
function buildConsole(): Promise<boolean> {
  return new Promise((resolve) => {
    const turbo = join(ROOT, "node_modules", ".bin", "turbo");
    const build = spawn(turbo, ["run", "build", "--filter=@guildhall/console", "--output-logs=errors-only"], {
      cwd: ROOT,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", TURBO_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    web.process = build;
    build.once("exit", (code) => resolve(code === 0));
    build.once("error", () => resolve(false));
  });
}

function startConsole(): void {
  web.process = spawn(process.execPath, ["server.ts", "--port", consolePort, ...(watch ? ["--dev"] : [])], {
    cwd: join(ROOT, "apps", "console"),
    env: {
      ...process.env,
      NEXT_TELEMETRY_DISABLED: "1",
      NEXTAUTH_URL: consoleUrl,
      HALL_API_URL: hall.url,
      HALL_CONSOLE_SECRET: consoleSecret(),
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  web.process.once("exit", (code) => {
    if (code && !isStopping())
      process.stderr.write(
        `The console ended (exit ${code}). Is port ${consolePort} taken? Set HALL_CONSOLE_PORT.\n`,
      );
  });
}

/** Drawn on the first start; encrypts the cookie that holds a session's token. */
function consoleSecret(): string {
  const file = join(hall.dataDir, "console-secret");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

async function waitForConsole(): Promise<void> {
  while (web.process?.exitCode === null) {
    const answered = await fetch(`${consoleUrl}/sign-in`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
