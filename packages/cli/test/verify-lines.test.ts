import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLog, type MemoryLog } from "@guildhall/attestation/testing";
import { canonicalBody } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./hall.ts";

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
