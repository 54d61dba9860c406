import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  appendLeaves,
  CHECKS,
  checkConsistency,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  openNote,
  parseVerifierKey,
  recordHash,
  rootFromInclusion,
  rootFromLeaves,
  rootOf,
  verifyChain,
  verifyKeyHistory,
  verifySealedReceipt,
  verifyUnderHistory,
} from "../src/index.ts";
import { type KeyHistoryCase, type UnderHistoryCase, unfollowed } from "./key-history-vectors.ts";
import type { ConsistencyCase, FrontierCase, InclusionCase, NoteCase, RootCase } from "./log-vectors.ts";
import { hex, numberedLeaves } from "./naive-tree.ts";
import type { ChainCase, ReceiptCase } from "./receipt-vectors.ts";
import { vectorFiles } from "./vector-files.ts";

const root = join(import.meta.dirname, "../../../vectors");

describe("vectors/receipts, vectors/key-history, vectors/log and vectors/signatures", () => {
  it("are what the generator writes: run test/generate-vectors.ts after a change of the format", () => {
    const stored = ["receipts", "key-history", "log", "signatures"].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
    );
    expect(stored.toSorted()).toEqual(Object.keys(vectorFiles).toSorted());
    for (const [path, text] of Object.entries(vectorFiles))
      expect(readFileSync(join(root, path), "utf8") === text, path).toBe(true);
  });
});

for (const path of Object.keys(vectorFiles).filter((path) => /^receipts\/(?!chains)/.test(path))) {
  const { description, key, cases } = read<ReceiptCase>(path);
  describe(`${path}: ${description}`, () => {
    it.each(cases)(
      "$name",
      async ({ sealed, sealed_base64 = "", previous, witnesses, threshold, accepted, ...vector }) => {
        const input = sealed ?? new Uint8Array(Buffer.from(sealed_base64, "base64"));
        const verdict = await verifySealedReceipt(input, vector.key ?? key!, {
          ...(previous !== undefined && { previous }),
          ...(witnesses && { witnesses: { keys: witnesses, threshold: threshold! } }),
        });
        if (accepted) {
          expect(verdict).toMatchObject({ ok: true, kind: accepted.kind, knownKind: accepted.known_kind });
          expect(verdict.checks.map(({ name, result }) => [name, result])).toEqual(
            CHECKS.map((name) => [name, accepted.skipped.includes(name) ? "skipped" : "passed"]),
          );
        } else {
          expect(verdict).toMatchObject({ ok: false, failed: vector.failed, code: vector.refused });
          expect(verdict.checks.map(({ name }) => name)).toEqual(CHECKS);
          expect(verdict.checks.filter(({ result }) => result === "failed").map(({ name }) => name)).toEqual([
            vector.failed,
          ]);
        }
      },
    );
  });
}

it("vectors/key-history has a case for every code that a history can be refused with", () => {
  expect([...new Set(unfollowed.map(({ refused }) => refused))].sort()).toEqual([
    "CHAIN_START",
    "CHECKPOINT_MALFORMED",
    "HASH_MISMATCH",
    "INDEX_NOT_IN_TREE",
    "JSON_NOT_STRICT",
    "KEY_EXPIRED",
    "KEY_HISTORY_BROKEN",
    "KEY_MALFORMED",
    "NOTE_KEY_UNKNOWN",
    "NOTE_MALFORMED",
    "NOTE_SIGNATURE_INVALID",
    "ORIGIN_MISMATCH",
    "PROOF_LENGTH_WRONG",
    "RECEIPT_MALFORMED",
    "ROOT_MISMATCH",
    "SEAL_MALFORMED",
    "SIGNATURE_INVALID",
    "SPEC_VERSION_UNKNOWN",
  ]);
});

for (const path of Object.keys(vectorFiles).filter((path) => path.startsWith("key-history/"))) {
  const { description, entries, cases } = read<KeyHistoryCase | UnderHistoryCase>(path);
  const named = (names: string[] = []) => names.map((name) => entries![name]!);
  describe(`${path}: ${description}`, () => {
    it.each(cases)("$name", async (vector) => {
      const { pinned, history, refused } = vector;
      if ("sealed" in vector) {
        const verdict = await verifyUnderHistory(entries![vector.sealed], pinned, named(history));
        return expect(verdict).toMatchObject(
          refused ? { ok: false, code: refused, failed: vector.failed } : { ok: true },
        );
      }
      const before = await verifyKeyHistory(pinned, named(vector.known));
      const verdict = await verifyKeyHistory(
        pinned,
        named(history),
        vector.known && before.ok ? { known: before.keys } : {},
      );
      if (refused) return expect(verdict).toMatchObject({ ok: false, code: refused });
      expect(verdict).toMatchObject({
        ok: true,
        keys: vector.leads_to!.map(({ key, after, up_to, not_after }) => ({
          verifierKey: key,
          after,
          upTo: up_to,
          notAfter: not_after,
        })),
      });
      if (verdict.ok) expect(verdict.keys).toHaveLength(vector.leads_to!.length);
    });
  });
}

describe("receipts/chains.yaml", () => {
  it.each(read<ChainCase>("receipts/chains.yaml").cases)(
    "$name",
    async ({ receipts, previous, refused, at }) => {
      const verdict = await verifyChain(receipts, previous === undefined ? {} : { previous });
      expect(verdict).toMatchObject(refused ? { ok: false, code: refused, at } : { ok: true });
      if (verdict.ok)
        expect(verdict.receipts.map((receipt) => JSON.stringify(receipt))).toHaveLength(receipts.length);
      if (refused === "CHAIN_FORK")
        expect(verdict).toMatchObject({ evidence: [receipts[at! - 1], receipts[at!]] });
    },
  );
});

describe("log/roots.yaml", () => {
  it.each(read<RootCase>("log/roots.yaml").cases)("$name", async ({ leaves, root }) => {
    const data = leaves.map((leaf) => Buffer.from(leaf, "hex"));
    expect(hex([appendLeaves(emptyFrontier(), data).root])).toEqual([root]);
    expect(hex([await rootFromLeaves(data)])).toEqual([root]);
  });
});

describe("log/frontiers.yaml", () => {
  const leaves = numberedLeaves(65_537);
  it.each(read<FrontierCase>("log/frontiers.yaml").cases)("$name", ({ size, frontier, root }) => {
    const appended = appendLeaves(emptyFrontier(), leaves.slice(0, size));
    expect(hex([encodeFrontier(appended.frontier)])).toEqual([frontier]);
    expect(hex([appended.root])).toEqual([root]);
    expect(hex([rootOf(decodeFrontier(size, Buffer.from(frontier, "hex")))])).toEqual([root]);
  });
});

describe("log/inclusion-proofs.yaml", () => {
  it.each(read<InclusionCase>("log/inclusion-proofs.yaml").cases)(
    "$name",
    async ({ index, size, root, refused, ...vector }) => {
      const [leaf, ...proof] = [vector.leaf, ...vector.proof].map((hash) => Buffer.from(hash, "hex"));
      const found = rootFromInclusion(index, size, leaf!, proof);
      if (!refused) expect(hex([await found])).toEqual([root]);
      else if (refused === "ROOT_MISMATCH") expect(hex([await found])).not.toEqual([root]);
      else await expect(found).rejects.toMatchObject({ code: refused });
    },
  );
});

describe("log/consistency-proofs.yaml", () => {
  const bytes = (hash: string) => Buffer.from(hash, "hex");
  it.each(read<ConsistencyCase>("log/consistency-proofs.yaml").cases)("$name", async (vector) => {
    const { older, newer, older_root, newer_root, proof, refused } = vector;
    const checked = checkConsistency(
      { treeSize: older, root: bytes(older_root) },
      { treeSize: newer, root: bytes(newer_root) },
      proof.map(bytes),
    );
    if (refused) await expect(checked).rejects.toMatchObject({ code: refused });
    else await checked;
  });
});

describe("log/signed-notes.yaml", () => {
  it.each(read<NoteCase>("log/signed-notes.yaml").cases)(
    "$name",
    async ({ note, keys, refused, signers, ignored }) => {
      const opened = openNote(note, await Promise.all(keys.map((key) => parseVerifierKey(key))));
      if (refused) return expect(opened).rejects.toMatchObject({ code: refused });
      expect((await opened).signers.map(({ name }) => name)).toEqual(signers);
      expect((await opened).ignoredSignatures).toBe(ignored);
      expect(note.startsWith(`${(await opened).text}\n— `)).toBe(true);
    },
  );
});

describe("vectors/worker-record", () => {
  const files = readdirSync(join(root, "worker-record"));
  const cases = files.flatMap((name) =>
    read<{ name: string; json?: string; sha256?: string }>(`worker-record/${name}`).cases.filter(
      (vector) => vector.sha256,
    ),
  );

  it("holds the golden hashes of contract 6.6", () => {
    const hashes = cases.map(({ sha256 }) => sha256);
    expect(hashes).toContain("b348ddb1e23127821fc5053a8049587f4a80eaa7040e2f0a40b2da07798f0ffa");
    expect(hashes).toContain("dce1b5dd3ff0685eb7d92770a8e21a95d34e77cd65f03870aa631ac803599c19");
    expect(hashes).toContain("11f3770ed586954ce68eca40dfec92285e81c5c0147547b9d9e57fd28b791cf0");
  });

  it.each(cases)("$name has the record hash that existing clients compute", ({ json = "", sha256 }) => {
    expect(recordHash(json)).toBe(`sha256:${sha256}`);
  });
});

function read<Case>(path: string): {
  description: string;
  key?: string;
  entries?: Record<string, string>;
  cases: Case[];
} {
  return parse(readFileSync(join(root, path), "utf8"));
}
