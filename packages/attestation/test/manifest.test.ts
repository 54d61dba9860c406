import { createHash } from "node:crypto";
import type { PackageManifest } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import {
  buildManifest,
  manifestSignature,
  manifestText,
  readManifest,
  verifyManifest,
} from "../src/index.ts";
import { packageHash } from "../src/verify/package-hash.ts";

const SECRET = "test-signing-secret-1234";
const WORKER = "org.example.my-worker.i-1";
const files = [{ path: "a.txt", sizeBytes: 1, sha256: createHash("sha256").update("1").digest("hex") }];

const GOLDEN = {
  schema_version: "awp.v1",
  worker_id: WORKER,
  worker_species_id: "wrk.example.my-worker",
  worker_version: "1.0.0",
  package_hash: "0".repeat(64),
  built_at_utc: "2026-01-01T00:00:00Z",
  attested_at_utc: "2026-01-01T00:00:00Z",
  build_source: "local",
  trust_statement: "Namespace org.example states it.",
} as PackageManifest;

describe("the HMAC signature", () => {
  it("is the one that existing verifiers compute", async () => {
    expect(await manifestSignature(GOLDEN, SECRET)).toBe(
      "f8d122db17d5a207050e1bb100099de559d5b423f541841d8f413203cac9ce32",
    );
  });

  it("escapes as Python does, where others escape otherwise", async () => {
    expect(await manifestSignature({ ...GOLDEN, build_source: "ci & é <x>" }, SECRET)).toBe(
      "af2a4226fbd270b5e7059e071b6f4b818da312f18bc613975237239545879a2e",
    );
  });

  it("takes an absent build_source for null", async () => {
    const { build_source: _, ...absent } = GOLDEN;
    expect(await manifestSignature(absent as PackageManifest, SECRET)).toBe(
      await manifestSignature({ ...GOLDEN, build_source: null }, SECRET),
    );
  });

  it("covers seven fields and, as existing verifiers have it, not the two others", async () => {
    const good = await manifestSignature(GOLDEN, SECRET);
    const changed = { ...GOLDEN, trust_statement: "Otherwise.", attested_at_utc: "2027-01-01T00:00:00Z" };
    expect(await manifestSignature(changed, SECRET)).toBe(good);
    for (const field of ["worker_id", "worker_species_id", "worker_version", "build_source"] as const)
      expect(await manifestSignature({ ...GOLDEN, [field]: "x" }, SECRET), field).not.toBe(good);
  });
});

describe("a manifest on disk", () => {
  it("has sorted keys, two spaces, only ASCII and a line end", () => {
    const text = manifestText({ ...GOLDEN, trust_statement: "é" });
    expect(text.split("\n").slice(0, 3)).toEqual([
      "{",
      '  "attested_at_utc": "2026-01-01T00:00:00Z",',
      '  "build_source": "local",',
    ]);
    expect(text.endsWith("}\n")).toBe(true);
    expect(text).toContain("\\u00e9");
    expect(readManifest(text)?.trust_statement).toBe("é");
  });

  it("is built with one instant of second precision, and a sentence that names namespace, time and hash", () => {
    const built = buildManifest(
      {
        workerId: WORKER as never,
        speciesId: "wrk.example.my-worker",
        version: "1",
        packageHash: "a".repeat(64),
        buildSource: "ci",
      },
      Date.parse("2026-01-01T00:00:00.789Z"),
    );
    expect(built.built_at_utc).toBe("2026-01-01T00:00:00Z");
    expect(built.attested_at_utc).toBe(built.built_at_utc);
    for (const part of ["org.example ", built.built_at_utc, "UTC", `sha256:${"a".repeat(64)}`])
      expect(built.trust_statement).toContain(part);
  });
});

describe("verification stops at the first fault, in the contract's order", () => {
  const good = async (changes: Partial<PackageManifest> = {}): Promise<PackageManifest> => {
    const manifest = { ...GOLDEN, package_hash: (await packageHash(files)) as never, ...changes };
    return { ...manifest, signature_hmac_sha256: await manifestSignature(manifest, SECRET) };
  };
  const verdict = (
    manifest: PackageManifest | string | null,
    workerId = WORKER,
    secret: string | null = SECRET,
  ) =>
    verifyManifest(typeof manifest === "object" && manifest ? manifestText(manifest) : manifest, {
      workerId,
      files,
      secret,
    });

  it("and a good one is accepted, with the order that its hash was made in", async () => {
    expect(await verdict(await good())).toMatchObject({ ok: true, order: "utf8-bytes" });
  });

  it("no manifest", async () => {
    expect(await verdict(null)).toEqual({ ok: false, code: "ATTEST_MANIFEST_MISSING" });
  });

  it.each([
    ["no JSON", "{"],
    ["a repeated key", '{"worker_id":"a","worker_id":"b"}'],
    ["another version", manifestText({ ...GOLDEN, schema_version: "awp.v2" as never })],
    ["an unknown field", manifestText({ ...GOLDEN, more: 1 } as never)],
    ["a time with fractions", manifestText({ ...GOLDEN, built_at_utc: "2026-01-01T00:00:00.5Z" })],
    ["a hash in upper case", manifestText({ ...GOLDEN, package_hash: "A".repeat(64) as never })],
  ])("%s", async (_, text) => {
    expect(await verdict(text)).toEqual({ ok: false, code: "ATTEST_MANIFEST_MALFORMED" });
  });

  it("another worker, before a hash that differs as well", async () => {
    expect(await verdict(GOLDEN, "org.example.other")).toEqual({
      ok: false,
      code: "ATTEST_MANIFEST_ID_MISMATCH",
    });
  });

  it("another hash, before a signature that is missing as well; and the verdict tells no hash", async () => {
    const found = await verdict(GOLDEN);
    expect(found).toEqual({ ok: false, code: "ATTEST_HASH_MISMATCH" });
  });

  it("no signature", async () => {
    const { signature_hmac_sha256: _, ...unsigned } = await good();
    expect(await verdict(unsigned)).toEqual({ ok: false, code: "ATTEST_SIGNATURE_MISSING" });
    expect(await verdict({ ...unsigned, signature_hmac_sha256: "" })).toEqual({
      ok: false,
      code: "ATTEST_SIGNATURE_MISSING",
    });
  });

  it("H-058: a signature in upper case, with something behind it, too short, not ASCII, or by another secret", async () => {
    const manifest = await good();
    const { signature_hmac_sha256: signature = "" } = manifest;
    for (const bad of [
      signature.toUpperCase(),
      `${signature}00`,
      `${signature} `,
      signature.slice(2),
      `${signature.slice(0, -1)}é`,
      "0".repeat(64),
    ])
      expect(await verdict({ ...manifest, signature_hmac_sha256: bad }), bad).toEqual({
        ok: false,
        code: "ATTEST_SIG_INVALID",
      });
    expect(await verdict(manifest, WORKER, "another")).toEqual({ ok: false, code: "ATTEST_SIG_INVALID" });
  });

  it.each(["example.my-worker.i-1", "com.example.my-worker", "x..my-worker", "org.example"])(
    "the worker id %s, which no namespace owns",
    async (workerId) => {
      expect(await verdict(await good({ worker_id: workerId }), workerId)).toEqual({
        ok: false,
        code: "ATTEST_NAMESPACE_INVALID",
      });
    },
  );
});
