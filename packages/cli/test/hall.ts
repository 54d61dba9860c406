import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
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
  options: { input?: string | Uint8Array; node?: string[] } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.node ?? []), MAIN, ...args]);
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
export async function inProcess(args: string[], input = ""): Promise<Ran> {
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
  });
  return { code, ...ran };
}
