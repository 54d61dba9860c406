import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLog, type MemoryLog, sampleAct, sampleDecision } from "@guildhall/attestation/testing";
import { type ArtifactHash, canonicalBody, type TenantId } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./hall.ts";

const OTHER_CHAIN = "9b2d9d52-6d59-4a37-8a8f-6f3b0b6f0b11" as TenantId;
const NAMED = `sha256:${"1".repeat(64)}` as ArtifactHash;

let folder: string;
let log: MemoryLog;
let sealed: string[];
let bodies: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-lines-"));
  log = await buildLog(30);
  sealed = await Promise.all(log.receipts.map(async (_, index) => JSON.stringify(await log.seal(index))));
  bodies = log.receipts.map(({ receipt_hash, signature, ...body }) => canonicalBody(body));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe("hall verify --lines", () => {
  const verify = (text: string) => inProcess(["verify", "-", "--lines", "--key", log.key], text);

  it("verifies each line, with or without the last line end", async () => {
    expect(await verify(sealed.join("\n"))).toMatchObject({
      code: 0,
      out: expect.stringContaining("All 30 receipts are good."),
    });
    expect(await verify(`${sealed.join("\n")}\n`)).toMatchObject({ code: 0 });
  });

  it("names the lines that fail, and exits with 1", async () => {
    const { code, out } = await verify(
      sealed.with(4, sealed[4]!.replace("succeeded", "aborted")).with(9, "{}").join("\n"),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/line 5 .*HASH_MISMATCH/);
    expect(out).toMatch(/line 10 .*SEAL_MALFORMED/);
    expect(out).toContain("2 of 30 receipts are not good.");
  });

  it("holds each receipt to the one before it in its chain, whatever stands between the two", async () => {
    const other = await buildLog(3, {
      signer: log.signer,
      body: (index) => ({ ...sampleAct(index), chain: OTHER_CHAIN }),
    });
    const others = await Promise.all([0, 1, 2].map(async (index) => JSON.stringify(await other.seal(index))));
    const mixed = [...sealed.slice(0, 3), others[0]!, sealed[3]!, others[1]!, others[2]!, sealed[4]!];
    expect(await verify(mixed.join("\n"))).toMatchObject({ code: 0 });
    // A part that begins in the middle of a chain is one.
    expect(await verify(sealed.slice(12).join("\n"))).toMatchObject({ code: 0 });
    for (const [changed, refusal] of [
      [sealed.toSpliced(7, 1), /line 8 .*CHAIN_GAP/],
      [sealed.toSpliced(7, 0, sealed[7]!), /line 9 .*CHAIN_DUPLICATE/],
      [sealed.with(7, sealed[8]!).with(8, sealed[7]!), /line 9 .*CHAIN_ORDER/],
      [mixed.toSpliced(5, 1), /line 6 .*CHAIN_GAP/],
      [[others[0]!, others[2]!], /line 2 .*CHAIN_GAP/],
    ] as const) {
      const { code, out } = await verify(changed.join("\n"));
      expect(code).toBe(1);
      expect(out).toMatch(refusal);
    }
  });

  it("takes a selection where it is told that it is one, and counts what is missing", async () => {
    const few = [sealed[2]!, sealed[9]!, sealed[10]!].join("\n");
    const { code, out } = await inProcess(["verify", "-", "--lines", "--with-gaps", "--key", log.key], few);
    expect(code).toBe(0);
    expect(out).toContain("Between them 6 receipts are missing.");
    expect(await verify(few)).toMatchObject({ code: 1 });
  });

  it("H-064: refuses a decision by rules that nobody in its chain put in force", async () => {
    const made = async (rules: string) => {
      const sample = sampleDecision(1);
      const inputs = { ...sample.decision.inputs, bundle_digest: NAMED };
      const body = (index: number) =>
        index === 0
          ? { ...sampleAct(0), kind: "rule" as const, action: "published", subject: rules }
          : { ...sample, decision: { ...sample.decision, inputs, selected: null } };
      const built = await buildLog(2, { signer: log.signer, body });
      return (await Promise.all([0, 1].map(async (at) => JSON.stringify(await built.seal(at))))).join("\n");
    };
    expect(await verify(await made(NAMED))).toMatchObject({ code: 0 });
    const { code, out } = await verify(await made(`sha256:${"0".repeat(64)}`));
    expect(code).toBe(1);
    expect(out).toMatch(/line 2 .*REFERENCE_MISSING/);
  });

  it("exits with 2 where nothing was asked", async () => {
    expect(await verify("")).toMatchObject({ code: 2 });
    expect(await inProcess(["verify", "/nowhere", "--lines", "--key", log.key])).toMatchObject({ code: 2 });
    expect(await inProcess(["verify", "-", "--lines", "--json", "--key", log.key])).toMatchObject({
      code: 2,
    });
  });
});

describe("hall verify --checkpoint", () => {
  const verify = async (lines: string[], size = 30) =>
    inProcess([
      "verify",
      await file("bodies.jsonl", lines.join("\n")),
      "--checkpoint",
      await file("checkpoint", await log.checkpoint(size)),
      "--key",
      log.key,
    ]);

  it("verifies the whole log by its bodies", async () => {
    expect(await verify(bodies)).toMatchObject({
      code: 0,
      out: expect.stringContaining("All 30 bodies are good."),
    });
    expect(await verify(bodies.slice(0, 13), 13)).toMatchObject({ code: 0 });
  });

  it("refuses one changed, removed, doubled or exchanged, and a checkpoint by another key", async () => {
    for (const changed of [
      bodies.with(7, bodies[7]!.replace('"succeeded"', '"aborted"')).with(3, `${bodies[3]} `),
      bodies.toSpliced(7, 1),
      bodies.toSpliced(7, 0, bodies[7]!),
      bodies.with(7, bodies[8]!).with(8, bodies[7]!),
    ])
      expect(await verify(changed)).toMatchObject({ code: 1, out: expect.stringContaining("ROOT_MISMATCH") });
    const other = await buildLog(1);
    const checkpoint = await file("other", await other.checkpoint());
    const ran = await inProcess([
      "verify",
      await file("b", bodies[0]!),
      "--checkpoint",
      checkpoint,
      "--key",
      log.key,
    ]);
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining("NOTE_KEY_UNKNOWN") });
  });
});
