import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { matchPackageHash, packageHash, readPackage } from "../src/index.ts";

interface PackageCase {
  name: string;
  files?: { [path: string]: string };
  folders?: string[];
  links?: { [path: string]: string };
  pipes?: string[];
  hex_name?: string;
  root?: string;
  left_out?: string[];
  hash: string;
  path_components?: string;
  refused: string;
}

const vectors = join(import.meta.dirname, "../../../vectors/package-hash");
const read = (name: string) =>
  parse(readFileSync(join(vectors, name), "utf8")) as { description: string; cases: PackageCase[] };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The package of a case, on a disk. */
function laidOut({ root = "package", files = {}, links = {}, pipes = [], ...rest }: PackageCase): string {
  const above = mkdtempSync(join(tmpdir(), "hall-package-"));
  folders.push(above);
  const folder = join(above, root);
  mkdirSync(folder);
  for (const path of rest.folders ?? []) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path));
  for (const path of pipes) execFileSync("mkfifo", [join(folder, path)]);
  if (rest.hex_name !== undefined)
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(rest.hex_name, "hex")]), "1");
  return folder;
}

const accepted = read("packages-have-one-hash.yaml");
describe(`packages-have-one-hash.yaml: ${accepted.description}`, () => {
  it.each(accepted.cases)("$name", async (vector) => {
    const { files, leftOut } = await readPackage(laidOut(vector));
    expect(await packageHash(files)).toBe(vector.hash);
    expect(leftOut.toSorted()).toEqual(vector.left_out ?? []);
    const legacy = vector.path_components ?? vector.hash;
    expect(await packageHash(files, "path-components")).toBe(legacy);
    expect(await matchPackageHash(files, vector.hash)).toBe("utf8-bytes");
    if (legacy !== vector.hash) expect(await matchPackageHash(files, legacy)).toBe("path-components");
    expect(await matchPackageHash(files, "0".repeat(64))).toBeNull();
  });
});

const refused = read("what-is-no-package-is-refused.yaml");
describe(`what-is-no-package-is-refused.yaml: ${refused.description}`, () => {
  it.each(refused.cases)("$name", async (vector) => {
    await expect(readPackage(laidOut(vector))).rejects.toMatchObject({
      name: "PackageError",
      code: vector.refused,
      message: expect.stringMatching(/^[\x20-\x7e]+$/),
    });
    // The same listing from elsewhere, such as an archive in a browser; links and pipes are none there.
    if (vector.links || vector.pipes || vector.hex_name) return;
    await expect(packageHash(listed(vector.files ?? {}))).rejects.toMatchObject({ code: vector.refused });
  });
});

describe("a listing", () => {
  it.each(["", "/a", "a//b", "a/", "./a", "../a", "a/../b"])("with the path %j is refused", async (path) => {
    await expect(packageHash(listed({ [path]: "1" }))).rejects.toMatchObject({
      code: "PACKAGE_PATH_MALFORMED",
    });
  });

  it("that names one file twice is refused", async () => {
    await expect(packageHash([...listed({ a: "1" }), ...listed({ a: "1" })])).rejects.toMatchObject({
      code: "PACKAGE_PATH_MALFORMED",
    });
  });

  it("with half a surrogate pair in a name is refused", async () => {
    await expect(packageHash(listed({ "a\ud800": "1" }))).rejects.toMatchObject({
      code: "PACKAGE_NAME_NOT_UTF8",
    });
  });

  it("cannot write the lines of another file: of two packages with one text, one is refused", async () => {
    const [a] = listed({ a: "1" });
    const [b] = listed({ b: "2" });
    // Without the check of names this one file would be hashed as those two are.
    const forged = {
      path: `a\n${a!.sizeBytes}\n${a!.sha256}\nb`,
      sizeBytes: b!.sizeBytes,
      sha256: b!.sha256,
    };
    expect(`${forged.path}\n${forged.sizeBytes}\n`).toContain(`a\n1\n${a!.sha256}\nb\n1\n`);
    await expect(packageHash([forged])).rejects.toMatchObject({ code: "PACKAGE_NAME_CONTROL" });
  });
});

describe("a folder", () => {
  it("that is not there is refused, and names the reason", async () => {
    await expect(readPackage("/nowhere/at/all")).rejects.toMatchObject({
      code: "PACKAGE_UNREADABLE",
      message: expect.stringContaining("ENOENT"),
    });
  });

  it("gives another hash with one changed byte, one renamed file, one more file", async () => {
    const files = { "code/a.py": "pass\n", "lock.txt": "x" };
    const hashOf = async (other: { [path: string]: string }) =>
      packageHash((await readPackage(laidOut({ files: other } as unknown as PackageCase))).files);
    const changes: { [path: string]: string }[] = [
      files,
      { ...files, "code/a.py": "pasS\n" },
      { "code/b.py": "pass\n", "lock.txt": "x" },
      { ...files, more: "" },
    ];
    const hashes = await Promise.all(changes.map(hashOf));
    expect(new Set(hashes).size).toBe(4);
  });

  it("may hold a large file: it is never in memory as a whole", async () => {
    const folder = laidOut({ files: {} } as unknown as PackageCase);
    const content = Buffer.alloc(9 * 1024 * 1024, "x");
    writeFileSync(join(folder, "large"), content);
    const { files } = await readPackage(folder);
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(files).toEqual([{ path: "large", sizeBytes: content.length, sha256 }]);
  });
});

function listed(files: { [path: string]: string }) {
  return Object.entries(files).map(([path, content]) => ({
    path,
    sizeBytes: Buffer.byteLength(content),
    sha256: createHash("sha256").update(content).digest("hex"),
  }));
}
