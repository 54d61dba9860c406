import { execFile } from "node:child_process";
import { hash, verify } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BodyFold, bodyProblem, ReceiptLines, verifySealedReceipt } from "@guildhall/attestation";
import { buildLog, type MemoryLog, sampleBody } from "@guildhall/attestation/testing";
import { canonicalBody, type TenantId } from "@guildhall/protocol";
import { publicKeyObject } from "../packages/attestation/src/signer/public-key.ts";
import { printTable } from "./table.ts";

/**
 * P11: offline verification, by the second of processor time, so that neighbours on the machine take nothing away. Each
 * checkpoint covers fifty receipts, as a batch under load does.
 */
const RECEIPTS = 2000;
const BATCH = 50;
const COPIES = 5;
const ROUNDS = 5;
const MAIN = fileURLToPath(new URL("../packages/cli/src/main.ts", import.meta.url));

export async function benchVerify(): Promise<void> {
  const log = await buildLog(RECEIPTS);
  const lines = await linesOf(log);
  const bodies = log.receipts.map(({ receipt_hash, signature, ...body }) => Buffer.from(canonicalBody(body)));
  const key = publicKeyObject(log.signer.publicKey);
  const signed = log.receipts.map((one) => ({
    data: Buffer.from(one.receipt_hash),
    signature: Buffer.from(one.signature!, "base64"),
  }));

  const rates: { [name: string]: number[] } = {
    ed25519: [],
    sha256: [],
    lines: [],
    pure: [],
    fold: [],
    read: [],
  };
  // A file of a million is read by code that has run before.
  for (let round = 0; round < 2; round++) await checkLines(lines, log.key);
  for (let round = 0; round < ROUNDS; round++) {
    rates.ed25519!.push(
      await rate(() => {
        for (const one of signed) must(verify(null, one.data, key, one.signature));
      }),
    );
    rates.sha256!.push(await rate(() => hashAll(bodies), 10));
    rates.lines!.push(await rate(() => checkLines(lines, log.key)));
    if (round < 2)
      rates.pure!.push(
        await rate(async () => {
          for (const line of lines) must((await verifySealedReceipt(line, log.key)).ok);
        }),
      );
    rates.fold!.push(await rate(() => fold(bodies), 10));
    rates.read!.push(await rate(() => readAll(bodies, log.origin), 2));
  }
  const wall = await commandRates(log);
  printTable("offline verification (P11), per second of processor time", [
    row("floor: node:crypto Ed25519 verify", rates.ed25519!),
    row("floor: node:crypto SHA-256 of the bodies", rates.sha256!),
    {
      ...row("sealed receipts with their own signatures, by lines", rates.lines!, "target 5,000"),
      against: { name: "Ed25519", values: rates.ed25519! },
    },
    row("the same by the pure verifier, one by one", rates.pure!, "the reference"),
    {
      ...row("by checkpoint: bodies hashed and folded", rates.fold!, "target 100,000"),
      against: { name: "SHA-256", values: rates.sha256! },
    },
    row("by checkpoint: meaning read, a second pass", rates.read!, "timed apart"),
    row(`hall verify --lines, ${RECEIPTS * COPIES} receipts, wall clock with start`, wall),
  ]);
}

function linesOf(log: MemoryLog): Promise<Buffer[]> {
  const seal = (at: number) => log.seal(at, Math.ceil((at + 1) / BATCH) * BATCH);
  return Promise.all(log.receipts.map(async (_, at) => Buffer.from(JSON.stringify(await seal(at)))));
}

function row(name: string, values: number[], note = "") {
  return { case: name, unit: "/s", values, note };
}

/** Receipts for each second that this process, with all its threads, spent on a processor. */
async function rate(work: () => unknown, times = 1): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (RECEIPTS * times) / ((user + system) / 1e6);
}

async function checkLines(lines: readonly Uint8Array[], key: string): Promise<void> {
  const checker = new ReceiptLines([key]);
  for (const line of lines) must((await checker.check(line)).ok);
}

function hashAll(bodies: readonly Uint8Array[]): void {
  for (const body of bodies) hash("sha256", body, "buffer");
}

function readAll(bodies: readonly Uint8Array[], origin: string): void {
  for (const [at, body] of bodies.entries()) must(bodyProblem(body, at, origin) === null);
}

function fold(bodies: readonly Uint8Array[]): void {
  const tree = new BodyFold();
  for (const body of bodies) tree.add(body);
  tree.root();
}

/** The command as a person runs it, over a file. */
async function commandRates(log: MemoryLog): Promise<number[]> {
  const { key } = log;
  const folder = mkdtempSync(join(tmpdir(), "guildhall-verify-bench-"));
  const file = join(folder, "receipts.jsonl");
  try {
    for (let chain = 0; chain < COPIES; chain++) {
      const id = `5f0c7c1e-6d0b-4b57-9a3e-${String(chain).padStart(12, "0")}` as TenantId;
      const body = (index: number) => ({ ...sampleBody(index), chain: id });
      const lines = await linesOf(await buildLog(RECEIPTS, { signer: log.signer, body }));
      appendFileSync(file, lines.map((line) => `${line}\n`).join(""));
    }
    const rates: number[] = [];
    for (let round = 0; round < 2; round++) {
      const started = performance.now();
      const { stdout } = await promisify(execFile)(process.execPath, [
        MAIN,
        "verify",
        file,
        "--lines",
        "--key",
        key,
      ]);
      must(stdout.includes(`All ${RECEIPTS * COPIES} receipts are good.`));
      rates.push((RECEIPTS * COPIES) / ((performance.now() - started) / 1000));
    }
    return rates;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A benchmark of refusals would be a quick one. */
function must(isGood: boolean): void {
  if (!isGood) throw new Error("what is timed here has to verify");
}
