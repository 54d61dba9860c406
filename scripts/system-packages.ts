import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { modulePath } from "@guildhall/attestation";

/** What the tests need from the operating system. Installed where we may, named where we may not. */

interface Need {
  name: string;
  isThere: () => boolean;
  /** What the package is called, by package manager. */
  packages: Record<"apt-get" | "dnf" | "brew", string>;
}

const CHROMIUM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/homebrew/bin/chromium",
];

const NEEDS: readonly Need[] = [
  {
    name: "Chromium",
    isThere: () => CHROMIUM.some(existsSync),
    packages: { "apt-get": "chromium", dnf: "chromium", brew: "chromium" },
  },
  {
    name: "SoftHSM",
    isThere: () => modulePath("softhsm2") !== null && isCommand("softhsm2-util"),
    packages: { "apt-get": "softhsm2", dnf: "softhsm", brew: "softhsm" },
  },
];

const INSTALL = {
  "apt-get": [
    ["apt-get", "update", "-qq"],
    ["apt-get", "install", "-y", "-qq"],
  ],
  dnf: [["dnf", "install", "-y", "-q"]],
  brew: [["brew", "install", "--quiet"]],
} as const;
const MANAGERS = ["apt-get", "dnf", "brew"] as const;

/** @returns false where something is missing and could not be provided; the one command to run is printed */
export async function provideSystemPackages(): Promise<boolean> {
  const missing = NEEDS.filter((need) => !need.isThere());
  if (missing.length === 0) return true;
  const names = missing.map(({ name }) => name).join(" and ");
  const manager = MANAGERS.find(isCommand);
  const commands = manager ? commandsOf(manager, missing) : [];
  const asRoot = manager === "brew" ? [] : rootPrefix();
  const line = commands.map((words) => words.join(" ")).join(" && ");
  if (!manager || asRoot === null || process.env.HALL_INSTALL === "0") {
    process.stderr.write(
      `The tests need ${names} and found none. ${line ? `Install it with: ${line}` : "Install it with your package manager"}\n`,
    );
    return false;
  }
  process.stderr.write(
    `The tests need ${names}; installing it: ${line}\n(HALL_INSTALL=0 keeps us from doing so.)\n`,
  );
  for (const words of commands) {
    const [program, ...args] = [...asRoot, ...words];
    const ran = spawnSync(program as string, args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (ran.status === 0) continue;
    process.stderr.write(`${words.join(" ")} failed. Run it by hand, then run the tests again.\n`);
    return false;
  }
  const still = missing.filter((need) => !need.isThere());
  for (const { name } of still)
    process.stderr.write(`${name} was installed and lies where we do not look; tell us where.\n`);
  return still.length === 0;
}

function commandsOf(manager: (typeof MANAGERS)[number], missing: readonly Need[]): string[][] {
  const packages = missing.map((need) => need.packages[manager]);
  return INSTALL[manager].map((words) =>
    (words as readonly string[]).includes("install") ? [...words, ...packages] : [...words],
  );
}

function isCommand(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}

/** How to become root: not at all, by sudo without a password, or null where we may not. */
function rootPrefix(): string[] | null {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : null;
}
