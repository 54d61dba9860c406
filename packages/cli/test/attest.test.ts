import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hall, inProcess, type Ran } from "./hall.ts";

const SUMMARIZER = join(import.meta.dirname, "../../../examples/summarizer");
const WORKER = "org.guildhall.summarizer.i-1";
const SECRET = { attestSecret: "test-signing-secret-1234" };

let folder: string;
let key: string;
let publicKey: string;
let copy: string;
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-attest-"));
  key = join(folder, "namespace.pem");
  const { code, out } = await inProcess(["attest", "keygen", "--out", key]);
  expect(code).toBe(0);
  publicKey = /public key +(\S+)/.exec(out)![1]!;
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  copy = join(folder, `package-${made++}`);
  await cp(SUMMARIZER, copy, { recursive: true, filter: (path) => !path.includes("node_modules") });
});

const build = (...more: string[]) =>
  inProcess([
    "attest",
    "build",
    copy,
    "--worker-id",
    WORKER,
    "--species",
    "wrk.doc.summarizer",
    "--version",
    "1.0.0",
    ...more,
  ]);
const sign = (...more: string[]) => inProcess(["attest", "sign", copy, ...more]);
const verify = (...more: string[]): Promise<Ran> =>
  inProcess(["attest", "verify", copy, "--worker-id", WORKER, "--key", publicKey, ...more]);

async function buildAndSign(): Promise<void> {
  expect(await build()).toMatchObject({ code: 0 });
  expect(await sign("--key-file", key)).toMatchObject({ code: 0 });
}

describe("keygen", () => {
  it("makes a key that only its owner can read, and never replaces a file", async () => {
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    const before = await readFile(key, "utf8");
    expect(await inProcess(["attest", "keygen", "--out", key])).toMatchObject({
      code: 2,
      err: expect.stringContaining("never replaced"),
    });
    expect(await readFile(key, "utf8")).toBe(before);
  });

  it("prints the public half and nothing of the private one", async () => {
    const path = join(folder, "other.pem");
    const { out } = await inProcess(["attest", "keygen", "--out", path]);
    const secret = Buffer.from((await readFile(path, "utf8")).split("\n")[1]!, "base64").subarray(-32);
    expect(out).toMatch(/public key +[A-Za-z0-9+/]{43}=\n/);
    expect(out).not.toContain(secret.toString("base64"));
  });
});

describe("the example worker", () => {
  it("is built, signed and verified; one changed byte, and it is not", async () => {
    await buildAndSign();
    expect(await verify()).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^Verified\.\nNamespace org\.guildhall states at \S+Z \(UTC\) .*sha256:[0-9a-f]{64}/,
      ),
    });
    const path = join(copy, "src/summarize.ts");
    await writeFile(path, (await readFile(path, "utf8")).replace("s", "S"));
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining("ATTEST_HASH_MISMATCH") });
    expect(await sign("--key-file", key, "--force")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Not signed"),
    });
  });

  it("is signed for existing verifiers by the secret of the environment, which no command line ever shows", async () => {
    await build();
    expect(await inProcess(["attest", "sign", copy], "", SECRET)).toMatchObject({ code: 0 });
    const withSecret = ["attest", "verify", copy, "--worker-id", WORKER];
    expect(await inProcess(withSecret, "", SECRET)).toMatchObject({ code: 0 });
    expect(await inProcess(withSecret, "", { attestSecret: "another" })).toMatchObject({
      code: 1,
      out: expect.stringContaining("ATTEST_SIG_INVALID"),
    });
    // As a shell would.
    const env = { WCP_ATTEST_HMAC_KEY: SECRET.attestSecret };
    expect(await hall(withSecret, { env })).toMatchObject({ code: 0, err: "" });
  });

  it("is verified as JSON for programs, with the hash where it is good and without one where it is not", async () => {
    await buildAndSign();
    const good = JSON.parse((await verify("--json")).out);
    expect(good).toMatchObject({ ok: true, package_order: "utf8-bytes", manifest_schema: "awp.v1" });
    expect(good.package_hash).toMatch(/^[0-9a-f]{64}$/);
    await writeFile(join(copy, "more.txt"), "x");
    const bad = await verify("--json");
    expect(JSON.parse(bad.out)).toEqual({ ok: false, code: "ATTEST_HASH_MISMATCH" });
  });
});

describe("what is there stays, unless told otherwise", () => {
  it("a manifest and a statement are not replaced without --force", async () => {
    await buildAndSign();
    const manifest = await readFile(join(copy, "manifest.json"), "utf8");
    expect(await build()).toMatchObject({ code: 2, err: expect.stringContaining("--force") });
    expect(await sign("--key-file", key)).toMatchObject({ code: 2, err: expect.stringContaining("--force") });
    expect(await readFile(join(copy, "manifest.json"), "utf8")).toBe(manifest);
    expect(await build("--force")).toMatchObject({ code: 0 });
    expect(await sign("--key-file", key, "--force")).toMatchObject({ code: 0 });
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it("another secret's signature is not replaced without --force", async () => {
    await build();
    await inProcess(["attest", "sign", copy], "", SECRET);
    const other = { attestSecret: "another" };
    expect(await inProcess(["attest", "sign", copy], "", other)).toMatchObject({ code: 2 });
    expect(await inProcess(["attest", "sign", copy, "--force"], "", other)).toMatchObject({ code: 0 });
  });

  it("a mistyped key file makes no key", async () => {
    await build();
    expect(await sign("--key-file", join(folder, "no-such.pem"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("there is no file"),
    });
  });
});

describe("a statement", () => {
  it("by a key that nobody trusts here, for another worker, or beside another manifest is not verified", async () => {
    await buildAndSign();
    const stranger = join(folder, "stranger.pem");
    const { out } = await inProcess(["attest", "keygen", "--out", `${stranger}${made}`]);
    const other = /public key +(\S+)/.exec(out)![1]!;
    expect(await inProcess(["attest", "verify", copy, "--worker-id", WORKER, "--key", other])).toMatchObject({
      code: 1,
      out: expect.stringContaining("ATTEST_SIG_INVALID"),
    });
    expect(
      await inProcess(["attest", "verify", copy, "--worker-id", "org.guildhall.other", "--key", publicKey]),
    ).toMatchObject({ code: 1, out: expect.stringContaining("ATTEST_MANIFEST_ID_MISMATCH") });
    // The statement covers every field; the manifest beside it says another version.
    const path = join(copy, "manifest.json");
    await writeFile(path, (await readFile(path, "utf8")).replace("1.0.0", "1.0.1"));
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining("ATTEST_SIG_INVALID") });
  });

  it("that is missing is named as missing, and without any trust nothing is verified", async () => {
    await build();
    expect(await verify()).toMatchObject({
      code: 1,
      out: expect.stringContaining("ATTEST_SIGNATURE_MISSING"),
    });
    expect(await inProcess(["attest", "verify", copy, "--worker-id", WORKER])).toMatchObject({ code: 2 });
    expect(await sign()).toMatchObject({ code: 2 });
  });
});

it("what no hash covers is named", async () => {
  await writeFile(join(copy, "loose.pyc"), "x");
  expect(await build()).toMatchObject({ code: 0, err: expect.stringContaining("loose.pyc") });
});

it("what is no package is refused with its code", async () => {
  await writeFile(join(copy, "a\nb"), "x");
  expect(await build()).toMatchObject({ code: 2, err: expect.stringContaining("PACKAGE_NAME_CONTROL") });
});
