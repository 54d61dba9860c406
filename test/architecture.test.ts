import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The picture of docs/architecture.md, held against what is imported and what manifests name. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Who may import whom at run time. `types` is an import of types alone. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  "packages/protocol": [],
  "packages/engine": ["packages/protocol"],
  "packages/attestation": ["packages/protocol"],
  "packages/db": ["packages/protocol"],
  "packages/sdk": ["packages/attestation", "packages/protocol"],
  "packages/cli": ["packages/sdk", "packages/engine", "packages/attestation", "packages/protocol"],
  "apps/hall-api": ["packages/engine", "packages/db", "packages/attestation", "packages/protocol"],
  "apps/console": ["packages/protocol", "packages/attestation"],
  "examples/summarizer": ["packages/sdk"],
};
const MAY_IMPORT_TYPES: Record<string, readonly string[]> = { "apps/console": ["apps/hall-api"] };

const folderOf = new Map(
  Object.keys(MAY_IMPORT).map((folder) => [
    JSON.parse(read(join(folder, "package.json"))).name as string,
    folder,
  ]),
);
const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...Object.keys(MAY_IMPORT)], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.tsx?$/.test(file) && existsSync(join(ROOT, file)));
const sources = files.filter((file) => !isTest(file));

describe("the picture of the packages", () => {
  it("has no arrow that is not in it", () => {
    expect(arrows(sources).filter(({ from, to, typesOnly }) => !allowed(from, to, typesOnly))).toEqual([]);
  });

  it("would show an arrow that is not in it", () => {
    expect(allowed("packages/engine", "packages/db", false)).toBe(false);
    expect(allowed("apps/console", "apps/hall-api", false)).toBe(false);
  });

  it("is what the manifests name", () => {
    const wrong = Object.keys(MAY_IMPORT).flatMap((folder) => {
      const { dependencies = {} } = JSON.parse(read(join(folder, "package.json")));
      return Object.keys(dependencies).flatMap((name) => {
        const to = folderOf.get(name);
        return to && !allowed(folder, to, false) ? [`${folder} → ${to}`] : [];
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe("house rules that a linter cannot see", () => {
  const mentions = (pattern: RegExp, where: (file: string) => boolean) =>
    sources.filter((file) => where(file) && pattern.test(withoutComments(read(file))));

  it("protocol imports zod and nothing else", () => {
    const foreign = imports("packages/protocol").filter(({ specifier }) => !/^(?:zod$|\.)/.test(specifier));
    expect(foreign).toEqual([]);
  });

  it("the engine touches no clock, no randomness, no I/O", () => {
    const pattern =
      /\bDate\.now|new Date\(\)|Math\.random|crypto\.|console\.|process\.|setTimeout|from "node:/;
    expect(mentions(pattern, (file) => file.startsWith("packages/engine/src"))).toEqual([]);
  });

  it("the verifier uses no Node built-in, so that it runs in a browser", () => {
    const pattern = /from "node:|\bBuffer\b|process\./;
    expect(mentions(pattern, (file) => file.startsWith("packages/attestation/src/verify"))).toEqual([]);
  });

  it("the console takes attestation's verifier and nothing else of it", () => {
    const wrong = imports("apps/console").filter(({ specifier }) =>
      /^@guildhall\/attestation(?!\/verify$)/.test(specifier),
    );
    expect(wrong).toEqual([]);
  });

  it("process.env is read in env.ts alone", () => {
    const apps = (file: string) =>
      /^(?:apps|packages)\//.test(file) && !/(?:^|\/)env\.ts$|config\./.test(file);
    expect(mentions(/process\.env\b/, apps)).toEqual([]);
  });

  it("PrismaClient is made in client.ts alone", () => {
    expect(mentions(/new PrismaClient/, () => true)).toEqual(["packages/db/src/client.ts"]);
  });

  it("the PKCS#11 binding is loaded in pkcs11.ts alone", () => {
    expect(mentions(/["']pkcs11js["']/, () => true)).toEqual(["packages/attestation/src/signer/pkcs11.ts"]);
  });

  it("the Hall calls out through outbound.ts alone", () => {
    const pattern = /(?<![.\w])fetch\(|from "undici"|\bhttps?\.request\(/;
    const caller = mentions(pattern, (file) => file.startsWith("apps/hall-api/src"));
    expect(caller).toEqual(["apps/hall-api/src/outbound.ts"]);
  });

  it("test helpers are never imported by what ships", () => {
    const wrong = sources
      .filter((file) => /\/src\/|^apps\/console\//.test(file) && !file.includes("/testing/"))
      .filter((file) => importsOf(file).some(({ specifier }) => /\/testing(?:\/|$|\.)/.test(specifier)));
    expect(wrong).toEqual([]);
  });

  it("no file is called utils, common or shared", () => {
    expect(
      files.filter((file) => /(?:^|\/)(?:utils?|common|shared|helpers?)(?:\.tsx?$|\/)/.test(file)),
    ).toEqual([]);
  });

  it("the lock file carries no address of a registry", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved": "https?:/);
  });
});

function arrows(of: readonly string[]) {
  return of.flatMap((file) => {
    const from = folderOfFile(file);
    return importsOf(file).flatMap(({ specifier, typesOnly }) => {
      const to = target(file, specifier);
      return to && to !== from ? [{ file, from, to, typesOnly }] : [];
    });
  });
}

function allowed(from: string, to: string, typesOnly: boolean): boolean {
  if (MAY_IMPORT[from]?.includes(to)) return true;
  return typesOnly && (MAY_IMPORT_TYPES[from]?.includes(to) ?? false);
}

function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return folderOfFile(relative(ROOT, resolve(ROOT, dirname(file), specifier)));
  return folderOf.get(specifier.split("/", 2).join("/"));
}

function folderOfFile(file: string): string {
  return file.split("/", 2).join("/");
}

function imports(folder: string) {
  return sources.filter((file) => file.startsWith(`${folder}/`)).flatMap(importsOf);
}

function importsOf(file: string): { file: string; specifier: string; typesOnly: boolean }[] {
  const text = read(file);
  const patterns = [
    /^import\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm,
    /^export\s+(type\s)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"([^"]+)"/gm,
    /\bimport()\("([^"]+)"\)/g,
  ];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, type, specifier]) => ({
      file,
      specifier: specifier as string,
      typesOnly: type !== undefined && type !== "",
    })),
  );
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$|\.e2e\.ts$|\/(?:test|e2e)\/|\.config\.(?:ts|mts)$/.test(file);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}
