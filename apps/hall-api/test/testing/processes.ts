import { readdirSync, readFileSync } from "node:fs";

/** Whom a process started. */
export function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((name) => aboutProcess(name, "status").includes(`PPid:\t${parent}\n`))
    .map(Number);
}

/** The processes in which a Hall's audits run. */
export function auditsOf(hall: number): number[] {
  return childrenOf(hall).filter((pid) => aboutProcess(String(pid), "cmdline").includes("audit-process"));
}

export function isAlive(pid: number): boolean {
  const status = aboutProcess(String(pid), "status");
  return status !== "" && !/^State:\tZ/m.test(status);
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, signal);
}

/** Empty for one that has ended meanwhile. */
function aboutProcess(pid: string, file: "status" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
