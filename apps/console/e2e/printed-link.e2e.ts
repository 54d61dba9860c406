import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort, launchBrowser } from "./stage.ts";

/** What `npm start` does on a machine of its own, and what a person does with what it prints. */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), "guildhall-start-"));
let started: ChildProcess;
let printed = "";
let browser: Browser;

beforeAll(async () => {
  started = spawn(process.execPath, [join(ROOT, "scripts/start.ts")], {
    cwd: ROOT,
    env: {
      ...process.env,
      HALL_DATA_DIR: dataDir,
      HALL_PORT: String(await freePort()),
      HALL_CONSOLE_PORT: String(await freePort()),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    started.stdout?.on("data", (chunk) => {
      printed += chunk;
      if (printed.includes("Ctrl-C stops everything")) resolve();
    });
    started.once("exit", (code) => reject(new Error(`npm start ended with ${code}:\n${printed}`)));
  });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  const gone = new Promise((resolve) => started.once("exit", resolve));
  if (started.exitCode === null) {
    started.kill("SIGTERM");
    await gone;
  }
  rmSync(dataDir, { recursive: true, force: true });
});

it("npm start prints a link that signs in, and its dispatch is there, verified in the browser", async () => {
  expect(printed).toMatch(/decision .*\n {2}signed by .*\n {2}verified .*VERIFIED/);
  const [, link] = /Sign in +(\S+)/.exec(printed) ?? [];
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(link as string);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page
    .getByRole("row", { name: /Allowed.*cap\.doc\.summarize.*succeeded/ })
    .getByRole("link")
    .first()
    .click();
  await page.getByText(/Verified, in this browser, against a log of \d+ entries/).waitFor();
});
