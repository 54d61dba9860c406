import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildLog, type MemoryLog } from "@guildhall/attestation/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leadToBuilt, leadToSource } from "../publish/manifest.ts";
import { decided } from "./decided.ts";
import { bundleText } from "./rules.ts";

/** What a stranger gets who installs our packages from a registry. */

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const PACKAGES = ["protocol", "attestation", "engine", "sdk", "cli"];

let temporary: string;
/** A copy of the workspace: packing exchanges manifests, and other tests run from the real ones meanwhile. */
let workspace: string;
let tarballs: string;
/** Where the five are installed, with nothing else of ours around. */
let home: string;
let log: MemoryLog;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "hall-published-"));
  [workspace, tarballs, home] = ["workspace", "tarballs", "home"].map((name) => join(temporary, name)) as [
    string,
    string,
    string,
  ];
  await copyWorkspace();
  await mkdir(tarballs);
  const which = PACKAGES.flatMap((name) => ["-w", `packages/${name}`]);
  await npm(workspace, ["pack", "--pack-destination", tarballs, ...which]);

  await mkdir(home);
  await writeFile(join(home, "package.json"), '{ "private": true, "type": "module" }');
  const files = (await readdir(tarballs)).map((name) => join(tarballs, name));
  await npm(home, ["install", "--prefer-offline", "--no-audit", "--no-fund", ...files]);

  log = await buildLog(3);
  await writeFile(join(home, "receipt.json"), JSON.stringify(await log.seal(2)));
  await writeFile(
    join(home, "receipt-changed.json"),
    JSON.stringify(await log.seal(2)).replace("key-2", "key-3"),
  );
}, 300_000);
afterAll(() => rm(temporary, { recursive: true, force: true }));

/** npm of the machine, in the environment of a person who has not started us: no npm_* of this run. */
function npm(cwd: string, args: string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  // Node 24 first, as npm itself arranges it in this workspace.
  return run("npm", args, { cwd, env: { ...env, PATH: `${dirname(process.execPath)}:${env.PATH}` } });
}

async function copyWorkspace(): Promise<void> {
  await mkdir(join(workspace, "packages"), { recursive: true });
  for (const name of ["package.json", "tsconfig.base.json", "tsconfig.build.json"])
    await cp(join(root, name), join(workspace, name));
  for (const name of PACKAGES)
    await cp(join(root, "packages", name), join(workspace, "packages", name), {
      recursive: true,
      filter: (path) => !/(?:^|\/)(?:node_modules|dist|\.build-\w+|test)$/.test(path.slice(root.length)),
    });
  const modules = join(workspace, "node_modules");
  await mkdir(join(modules, "@guildhall"), { recursive: true });
  for (const name of await readdir(join(root, "node_modules")))
    if (name !== "@guildhall") await symlink(join(root, "node_modules", name), join(modules, name));
  for (const name of PACKAGES)
    await symlink(join(workspace, "packages", name), join(modules, "@guildhall", name));
}

function hall(node: string, args: string[]) {
  return run(node, [join(home, "node_modules/.bin/hall"), ...args], { cwd: home }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      out: stdout,
      err: stderr,
    }),
  );
}

describe("what is packed", () => {
  it("is JavaScript and its types, and nothing of our tests or sources", async () => {
    for (const name of PACKAGES) {
      const folder = join(home, "node_modules/@guildhall", name);
      const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .filter((file) => !file.startsWith("node_modules/"));
      expect(files.length, name).toBeGreaterThan(5);
      for (const file of files)
        expect(file, name).toMatch(
          /^(?:package\.json|bin\/hall\.js|dist\/(?!testing)[\w/-]+\.(?:js|d\.ts))$/,
        );
    }
  });

  it("leads to dist, and every path it names is there", async () => {
    for (const name of PACKAGES) {
      const folder = join(home, "node_modules/@guildhall", name);
      const manifest = await readFile(join(folder, "package.json"), "utf8");
      expect(manifest, name).not.toContain("/src/");
      const { exports } = JSON.parse(manifest) as {
        exports: { [entry: string]: { [kind: string]: string } };
      };
      for (const paths of Object.values(exports))
        for (const path of Object.values(paths)) expect(existsSync(join(folder, path)), path).toBe(true);
    }
  });

  it("leaves the manifests as they were, to the byte", async () => {
    for (const name of PACKAGES) {
      const [copy, original] = [workspace, root].map((base) => join(base, "packages", name, "package.json"));
      expect(await readFile(copy!, "utf8"), name).toBe(await readFile(original!, "utf8"));
      expect((await readdir(dirname(copy!))).filter((file) => /kept|\.new|\.build-/.test(file))).toEqual([]);
    }
  });
});

describe("what is installed", () => {
  it("verifies a receipt with `hall verify`, and refuses a changed one", async () => {
    const node = process.execPath;
    expect(await hall(node, ["verify", "receipt.json", "--key", log.key])).toMatchObject({
      code: 0,
      out: expect.stringContaining("Verified."),
    });
    expect(await hall(node, ["verify", "receipt-changed.json", "--key", log.key])).toMatchObject({ code: 1 });
    expect(await hall(node, ["explain", "receipt.json"])).toMatchObject({ code: 2 });
    expect(await hall(node, ["version"])).toMatchObject({ out: expect.stringContaining("0.1.0") });
  });

  it("lints, tests and replays, with the expressions of policies, and finds what asks a Hall", async () => {
    await writeFile(join(home, "bundle.json"), bundleText());
    await writeFile(join(home, "decision.json"), JSON.stringify(await decided()));
    const node = process.execPath;
    expect(await hall(node, ["rules", "lint", "bundle.json"])).toMatchObject({ code: 0 });
    expect(await hall(node, ["rules", "test", "bundle.json"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("● restricted data is refused DENY by pol.night"),
    });
    expect(await hall(node, ["replay", "decision.json"])).toMatchObject({
      code: 3,
      out: expect.stringContaining("Not derivable"),
    });
    await writeFile(join(home, "key"), "hall_key_test");
    const asking = ["--hall", "http://127.0.0.1:9", "--key-file", "key"];
    expect(await hall(node, ["rules", "simulate", "bundle.json", ...asking])).toMatchObject({
      code: 2,
      err: expect.stringContaining("could not be asked"),
    });
  });

  it.skipIf(!existsSync("/usr/bin/node") && !existsSync("/usr/local/bin/node"))(
    "does so under the machine's own Node too",
    async () => {
      const node = ["/usr/local/bin/node", "/usr/bin/node"].find((path) => existsSync(path))!;
      expect(await hall(node, ["verify", "receipt.json", "--key", log.key])).toMatchObject({ code: 0 });
      expect(await hall(node, ["rules", "test", "bundle.json"])).toMatchObject({ code: 0 });
    },
  );

  it("can be imported, each package by its own name", async () => {
    const program = `
      import { HallClient, serveWorker } from "@guildhall/sdk";
      import { verifySealedReceipt } from "@guildhall/attestation/verify";
      import { recordHash } from "@guildhall/attestation";
      import { decide } from "@guildhall/engine";
      import { canonicalJson } from "@guildhall/protocol";
      console.log([HallClient, serveWorker, verifySealedReceipt, recordHash, decide, canonicalJson].map((f) => typeof f).join());`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: home });
    expect(stdout.trim()).toBe("function,function,function,function,function,function");
  });

  it("has types that a strict program is held against", async () => {
    await writeFile(
      join(home, "program.ts"),
      `import { HallClient, type RouteAnswer } from "@guildhall/sdk";
       import { type Verdict, verifySealedReceipt } from "@guildhall/attestation/verify";
       import { explain } from "@guildhall/engine";
       import type { Env } from "@guildhall/protocol";
       declare const client: HallClient;
       export const answer = (env: Env): Promise<RouteAnswer> => client.route({ capability_id: "cap.a.b", env,
         data_label: "PUBLIC", tenant_risk: "low", qos_class: "P0", tenant_id: "t", correlation_id: "c" });
       export const verdict: Promise<Verdict> = verifySealedReceipt({}, "key");
       export const steps = async (env: Env) => explain((await answer(env)).receipt.decision);
       // @ts-expect-error: there is no such environment
       export const wrong = answer("moon");
       // @ts-expect-error: steps are a promise of a list
       export const alsoWrong: number = steps("dev");`,
    );
    const options = {
      module: "nodenext",
      target: "es2024",
      strict: true,
      noEmit: true,
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
    };
    await writeFile(
      join(home, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["program.ts"] }),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    await expect(
      run(process.execPath, [tsc, "-p", home]).catch(({ stdout }: { stdout: string }) => stdout),
    ).resolves.toMatchObject({ stdout: "" });
  });
});

describe("a pack that broke off", () => {
  it("leaves what puts the manifest back: postpack, or the next prepack", async () => {
    const folder = await mkdtemp(join(temporary, "broken-"));
    const path = join(folder, "package.json");
    const text = '{"name":"a",\n"exports":"./src/a.ts","publishConfig":{"exports":"./dist/a.js"}}';
    await writeFile(path, text);
    await leadToBuilt(folder);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
      name: "a",
      exports: "./dist/a.js",
      publishConfig: {},
    });
    await leadToBuilt(folder);
    await leadToSource(folder);
    expect(await readFile(path, "utf8")).toBe(text);
    await leadToSource(folder);
    expect(await readdir(folder)).toEqual(["package.json"]);
  });
});
