import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs the openssl that strangers have. @returns its exit code, and what it printed on both streams */
export async function openssl(...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await run("openssl", args);
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string };
    if (typeof code !== "number") throw error;
    return { code, text: stdout + stderr };
  }
}
