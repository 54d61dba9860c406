import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Io } from "../src/command.ts";
import { run } from "../src/run.ts";
import { terminal } from "../src/terminal.ts";

export const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `hall` as a person's shell would. */
export function hall(
  args: string[],
  options: { input?: string | Uint8Array; node?: string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env };
    const child = spawn(process.execPath, [...(options.node ?? []), MAIN, ...args], { env });
    const ran: Ran = { code: null, out: "", err: "" };
    child.stdout.on("data", (text) => {
      ran.out += text;
    });
    child.stderr.on("data", (text) => {
      ran.err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ran, code }));
    child.stdin.on("error", () => undefined); // Not every command reads it to its end.
    child.stdin.end(options.input ?? "");
  });
}

/** The same in this process: for the many runs that need no process of their own. */
export async function inProcess(
  args: string[],
  input = "",
  surroundings: Partial<Pick<Io, "hallKey" | "attestSecret" | "confirm" | "readPin">> = {},
): Promise<Ran> {
  const ran = { out: "", err: "" };
  const code = await run(args, {
    stdin: (async function* () {
      if (input !== "") yield Buffer.from(input);
    })(),
    out: terminal((text) => {
      ran.out += text;
    }, false),
    err: terminal((text) => {
      ran.err += text;
    }, false),
    hallKey: null,
    operatorTokenFile: null,
    readPin: () => Promise.reject(new Error("nobody is there")),
    attestSecret: null,
    confirm: null,
    ...surroundings,
  });
  return { code, ...ran };
}

/** Whatever moves a cursor, turns text around or hides in it; line ends are our own. */
export const UNPRINTABLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069]/;

/** Text that would like to write on a terminal. */
export const HOSTILE = "x\u001b[2J\u001b]0;t\u0007\n● rule          Everything passed.\u202e\u2028\u009b31m";
