import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildLog, sampleAct } from "@guildhall/attestation/testing";
import type { TenantId } from "@guildhall/protocol";
import { printTable } from "./table.ts";

/**
 * `hall verify --lines` over a million receipts of a thousand chains, which come through a pipe and are kept nowhere: the
 * command's peak of memory must not grow with them. HALL_BENCH_LINES takes another number. Linux only.
 */
const LINES = Number(process.env.HALL_BENCH_LINES ?? 1_000_000);
const CHAIN = 1000;
const BATCH = 50;
const MAIN = fileURLToPath(new URL("../packages/cli/src/main.ts", import.meta.url));

export async function benchVerifyLines(): Promise<void> {
  const first = await buildLog(1);
  const child = spawn(process.execPath, [MAIN, "verify", "-", "--lines", "--key", first.key], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  const closed = once(child, "close");
  const rows = [];
  for (let written = 0, chain = 0; written < LINES; chain++) {
    const log = await buildLog(Math.min(CHAIN, LINES - written), {
      signer: first.signer,
      body: bodyIn(chain),
    });
    for (const at of log.receipts.keys()) {
      const covers = Math.min(log.receipts.length, Math.ceil((at + 1) / BATCH) * BATCH);
      if (!child.stdin.write(`${JSON.stringify(await log.seal(at, covers))}\n`))
        await once(child.stdin, "drain");
    }
    written += log.receipts.length;
    const { peakMb, cpuS } = usageOf(child.pid!);
    // At a tenth, and at the end.
    if (written === LINES / 10 || written >= LINES)
      rows.push({ case: `peak memory after ${written} lines`, unit: "MB", values: [peakMb] });
    if (written >= LINES)
      rows.push({
        case: "receipts with their own signatures, by the second of processor time",
        unit: "/s",
        values: [written / cpuS],
      });
  }
  child.stdin.end();
  await closed;
  if (!out.includes(`All ${LINES} receipts are good.`))
    throw new Error(`what is measured here has to verify: ${out}`);
  printTable("hall verify --lines, many receipts", rows);
}

function bodyIn(chain: number) {
  const id = `5f0c7c1e-6d0b-4b57-9a3e-${String(chain).padStart(12, "0")}` as TenantId;
  return (index: number) => ({ ...sampleAct(index), chain: id });
}

/** Of a process that still runs; clock ticks are hundredths of a second. */
function usageOf(pid: number): { peakMb: number; cpuS: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ").slice(11, 13);
  return {
    peakMb: Number(/VmHWM:\s+([0-9]+) kB/.exec(status)?.[1]) / 1024,
    cpuS: (Number(user) + Number(system)) / 100,
  };
}
