import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { printTable } from "./table.ts";

/** P15: `npm start` on a clone with its dependencies installed, to the first verified receipt. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = 3;
const VERIFIED = /→ {2}VERIFIED/;

export async function benchStart(): Promise<void> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await secondsToFirstReceipt());
  printTable("start (P15)", [
    {
      case: "npm start, empty data folder, to the first verified receipt",
      unit: "s",
      values,
      note: "target 30 s",
    },
  ]);
}

async function secondsToFirstReceipt(): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), "guildhall-start-"));
  const started = performance.now();
  const child = spawn("npm", ["start"], {
    cwd: ROOT,
    env: { ...process.env, HALL_DATA_DIR: dataDir, HALL_PORT: "18765", HALL_CONSOLE_PORT: "13000" },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
        if (VERIFIED.test(output)) resolve((performance.now() - started) / 1000);
      });
      child.once("exit", (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
    });
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    // Its own group: npm hands a signal to the script, which ends what it started.
    if (child.exitCode === null && child.pid) process.kill(-child.pid, "SIGTERM");
    await gone;
    rmSync(dataDir, { recursive: true, force: true });
  }
}
