import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What the tests need from the operating system: a browser. Installed where we may, named where we may not. */

const CHROMIUM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/homebrew/bin/chromium",
];

interface Manager {
  name: string;
  command: string[][];
}

const MANAGERS: Manager[] = [
  {
    name: "apt-get",
    command: [
      ["apt-get", "update", "-qq"],
      ["apt-get", "install", "-y", "-qq", "chromium"],
    ],
  },
  { name: "dnf", command: [["dnf", "install", "-y", "-q", "chromium"]] },
  { name: "brew", command: [["brew", "install", "--quiet", "chromium"]] },
];

/** @returns false where something is missing and could not be provided; the one command to run is printed */
export async function provideSystemPackages(): Promise<boolean> {
  if (CHROMIUM.some(existsSync)) return true;
  const manager = MANAGERS.find(({ name }) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0);
  const asRoot = manager?.name === "brew" ? [] : rootPrefix();
  const line = manager?.command.map((words) => words.join(" ")).join(" && ");
  if (!manager || asRoot === null || process.env.HALL_INSTALL === "0") {
    process.stderr.write(
      `The tests need Chromium and found none. ${line ? `Install it with: ${line}` : "Install it with your package manager"}\n`,
    );
    return false;
  }
  process.stderr.write(
    `The tests need Chromium; installing it: ${line}\n(HALL_INSTALL=0 keeps us from doing so.)\n`,
  );
  for (const words of manager.command) {
    const [program, ...args] = [...asRoot, ...words];
    const ran = spawnSync(program as string, args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (ran.status === 0) continue;
    process.stderr.write(`${words.join(" ")} failed. Run it by hand, then run the tests again.\n`);
    return false;
  }
  return CHROMIUM.some(existsSync);
}

/** How to become root: not at all, by sudo without a password, or null where we may not. */
function rootPrefix(): string[] | null {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : null;
}
