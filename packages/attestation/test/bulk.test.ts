import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalBody } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { BodyFold, bodyProblem, ReceiptLines, rootFromLeaves, verifySealedReceipt } from "../src/index.ts";
import { buildLog } from "../src/testing/index.ts";
import { hallKey, json, log, sealed } from "./forge.ts";
import type { ReceiptCase } from "./receipt-vectors.ts";

const folder = join(import.meta.dirname, "../../../vectors/receipts");
const files = readdirSync(folder).filter((name) => name !== "chains.yaml");

describe("receipts checked line by line", () => {
  it.each(files)("%s: the same answer as the pure verifier's", async (name) => {
    const { key, cases }: { key: string; cases: ReceiptCase[] } = parse(
      readFileSync(join(folder, name), "utf8"),
    );
    const answers = new Set<boolean>();
    for (const { name, sealed, sealed_base64 = "", key: own = key, ...vector } of cases) {
      const { witnesses: keys, threshold } = vector;
      const witnesses = keys && { keys, ...(threshold !== undefined && { threshold }) };
      const line = sealed ?? new Uint8Array(Buffer.from(sealed_base64, "base64"));
      const expected = await verifySealedReceipt(line, own, { witnesses });
      // Once with a mind that has seen nothing, and once with one that has seen a good receipt of this key.
      const lines = new ReceiptLines([own], witnesses);
      for (let round = 0; round < 2; round++) {
        const found = await lines.check(line);
        expect(found.ok, name).toBe(expected.ok);
        if (!found.ok && !expected.ok) expect(found).toEqual(expected);
        await lines.check(json(await log.seal(0)));
      }
      answers.add(expected.ok);
    }
    expect(answers.size).toBeGreaterThan(0);
  });

  it("any bit flipped after the same receipt was found good: refused (H-050)", async () => {
    const lines = new ReceiptLines([hallKey]);
    const bytes = Buffer.from(json(await sealed(8)));
    expect(await lines.check(bytes)).toMatchObject({ ok: true });
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect((await lines.check(bytes)).ok, `${bit}`).toBe(false);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
  });
});

describe("the bodies of a log", () => {
  it("fold into its root, at every size", async () => {
    const built = await buildLog(40);
    const fold = new BodyFold();
    expect(Buffer.from(fold.root())).toEqual(Buffer.from(await rootFromLeaves([])));
    for (const [index, { receipt_hash, signature, ...body }] of built.receipts.entries()) {
      fold.add(Buffer.from(canonicalBody(body)));
      expect(fold.size).toBe(index + 1);
      expect(Buffer.from(fold.root())).toEqual(
        Buffer.from(await rootFromLeaves(built.leafData.slice(0, index + 1))),
      );
    }
  });

  it("say what is wrong with them at their place", () => {
    const { receipt_hash, signature, ...body } = log.receipts[2]!;
    const text = canonicalBody(body);
    expect(bodyProblem(Buffer.from(text), 2, log.origin)).toBeNull();
    expect(bodyProblem(Buffer.from(text), 3, log.origin)).toBe("it says to be leaf 2");
    expect(bodyProblem(Buffer.from(text), 2, "other")).toBe(`it says to be of ${log.origin}`);
    expect(bodyProblem(Buffer.from(` ${text}`), 2, log.origin)).toBe("it is not canonical");
  });
});
