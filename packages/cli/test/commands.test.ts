import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sampleDecision } from "@guildhall/attestation/testing";
import { describe, expect, it } from "vitest";
import { askPerson } from "../src/ask-person.ts";
import { hallKey, wantsNoColour } from "../src/env.ts";
import { nearest } from "../src/nearest.ts";
import { terminal } from "../src/terminal.ts";
import { hall, inProcess, MAIN } from "./hall.ts";
import { openHall } from "./hall-stand-in.ts";
import { bundleText } from "./rules.ts";
import { SIMULATION } from "./simulation.ts";

describe("hall", () => {
  it("says its version and the receipts it reads", async () => {
    for (const args of [["version"], ["--version"], ["-v"]])
      expect(await inProcess(args)).toEqual({
        code: 0,
        out: "hall 0.1.0 (receipts: wcp-0.2/receipt-1)\n",
        err: "",
      });
    expect(await inProcess(["version", "please"])).toMatchObject({ code: 2 });
  });

  it("lists its commands, and says everything about each", async () => {
    const { code, out } = await inProcess(["help"]);
    expect(code).toBe(0);
    const names = ["verify", "explain", "receipt export", "replay", "version", "help"];
    for (const name of [...names, "rules lint", "rules test", "rules simulate", "rules publish"]) {
      expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
      const about = await inProcess(["help", ...name.split(" ")]);
      expect(about).toMatchObject({ code: 0, out: expect.stringContaining(`hall ${name}`) });
      expect(await inProcess([...name.split(" "), "--help"])).toEqual(about);
    }
    expect(await inProcess(["--help"])).toMatchObject({ code: 0, out });
    expect(await inProcess(["help", "verfiy"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("verify"),
    });
  });

  it("lists the commands of a group by its name, as an error where one was to be run", async () => {
    const about = await inProcess(["help", "rules"]);
    expect(about).toMatchObject({ code: 0, out: expect.stringMatching(/^ {2}rules publish /m) });
    expect(about.out).not.toContain("verify");
    expect(await inProcess(["rules", "--help"])).toEqual(about);
    expect(await inProcess(["rules"])).toEqual({ code: 2, out: "", err: about.out });
    expect(await inProcess(["rules", "lnt", "x"])).toMatchObject({
      code: 2,
      err: 'hall: There is no command "rules lnt". Did you mean rules lint?\n',
    });
    expect(await inProcess(["help", "rules", "lint", "x"])).toMatchObject({ code: 2 });
  });

  it("says every exit code of every command that has more than two", async () => {
    for (const name of [
      "replay",
      "rules lint",
      "rules test",
      "rules simulate",
      "rules publish",
      "log show",
      "log monitor",
      "log check-proof",
      "certificates verify",
    ]) {
      const { out } = await inProcess(["help", ...name.split(" ")]);
      const codes = [...out.slice(out.indexOf("Exit code")).matchAll(/\b([0-3]): /g)].map(([, code]) => code);
      const isThree = [
        "replay",
        "rules publish",
        "log monitor",
        "log check-proof",
        "certificates verify",
      ].includes(name);
      expect(codes, name).toEqual(isThree ? ["0", "1", "2", "3"] : ["0", "1", "2"]);
    }
  });

  it("without a command lists them too, as an error", async () => {
    expect(await inProcess([])).toMatchObject({ code: 2, out: "", err: expect.stringContaining("verify") });
  });

  it("suggests what was probably meant, and ends with 2", async () => {
    expect(await hall(["verfy"])).toEqual({
      code: 2,
      out: "",
      err: 'hall: There is no command "verfy". Did you mean verify?\n',
    });
    expect(await inProcess(["dance"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("`hall help`"),
    });
    expect(await inProcess(["\u001b[31m"])).toMatchObject({
      code: 2,
      err: expect.not.stringContaining("\u001b"),
    });
  });

  it("leads to a network in two files, one that asks and one that listens, each loaded once it is needed", async () => {
    const folder = fileURLToPath(new URL("../src/", import.meta.url));
    for (const name of await readdir(folder)) {
      const source = await readFile(`${folder}${name}`, "utf8");
      const listens = name === "witness-server.ts";
      if (!listens) expect(source, name).not.toMatch(/\bfetch\(|node:(?:http|https|net|tls|dgram|dns)/);
      expect(source, name).not.toMatch(/^import [^;]*"\.\/witness-server\.ts"/m);
      expect(source.includes("@guildhall/sdk"), name).toBe(name === "ask-hall.ts");
      expect(source, name).not.toMatch(/^import [^;]*"\.\/ask-hall\.ts"/m);
    }
  });

  it("asks no network for what is done offline: every way to it is cut", async () => {
    const cut = `
      import dns from "node:dns"; import net from "node:net"; import dgram from "node:dgram"; import { syncBuiltinESMExports } from "node:module";
      const no = () => { process.stderr.write("NETWORK"); process.exit(9); };
      net.Socket.prototype.connect = no; dgram.Socket.prototype.send = no; dns.lookup = no; globalThis.fetch = no;
      syncBuiltinESMExports();`;
    const node = ["--import", `data:text/javascript,${encodeURIComponent(cut)}`];
    const env = { HALL_KEY: "hall_key_test" };
    for (const command of ["lint", "test"])
      expect(await hall(["rules", command, "-"], { node, env, input: bundleText() })).toMatchObject({
        code: 0,
        err: "",
      });
    const receipt = JSON.stringify(sampleDecision());
    expect(await hall(["replay", "-"], { node, env, input: receipt })).toMatchObject({ code: 2 });
    const asking = ["rules", "simulate", "-", "--hall", "http://127.0.0.1:9"];
    expect(await hall(asking, { node, env, input: bundleText() })).toMatchObject({ code: 9 });
  });
});

describe("nearest", () => {
  it("finds a word two letters off, a beginning, and swapped letters; else nothing", () => {
    const words = ["verify", "explain", "version", "help"];
    expect(nearest("verfiy", words)).toBe("verify");
    expect(nearest("ex", words)).toBe("explain");
    expect(nearest("hepl", words)).toBe("help");
    expect(nearest("versoin", words)).toBe("version");
    expect(nearest("dispatch", words)).toBeNull();
    expect(nearest("x".repeat(100_000), words)).toBeNull();
  });
});

describe("a key for a Hall", () => {
  it("comes from HALL_KEY, where that is not blank", () => {
    expect([{}, { HALL_KEY: " " }, { HALL_KEY: " hall_key_x\n" }].map(hallKey)).toEqual([
      null,
      null,
      "hall_key_x",
    ]);
  });
});

describe("a question to a person", () => {
  it("is answered with y or yes; all else is a no, and so is no answer", async () => {
    for (const [typed, answer] of [
      ["y\n", true],
      [" YES \n", true],
      ["n\n", false],
      ["yup\n", false],
      ["\n", false],
      ["", false],
    ] as const) {
      const input = new PassThrough();
      const output = new PassThrough();
      input.end(typed);
      expect(await askPerson("Publish\u001b[2J?", input, output), JSON.stringify(typed)).toBe(answer);
      expect(String(output.read())).toBe("Publish[2J? [y/N] ");
    }
  });

  it.skipIf(!existsSync("/usr/bin/script"))("is put at a terminal, on standard error", async () => {
    const standIn = await openHall({
      "/wcp/rules/simulate": SIMULATION,
      "/wcp/rules/publish": { publication: { number: 1, digest: "x" }, receipt_id: "r" },
    });
    const folder = await mkdtemp(join(tmpdir(), "hall-question-"));
    const path = join(folder, "bundle.json");
    await writeFile(path, bundleText());
    const command = `${process.execPath} ${MAIN} rules publish ${path} --hall ${standIn.url} --note n`;
    const answer = (typed: string) =>
      new Promise<string>((resolve) => {
        const env = { PATH: process.env.PATH, HALL_KEY: "hall_key_test" };
        const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], { env });
        let shown = "";
        child.stdout.on("data", (text) => {
          if (!shown.includes("[y/N]") && `${shown}${text}`.includes("[y/N]")) child.stdin.write(typed);
          shown += text;
        });
        child.on("close", () => resolve(shown));
      });
    expect(await answer("n\r")).toMatch(/Publish sha256:[0-9a-f]{64}\? \[y\/N\][\s\S]*Not published\./);
    expect(standIn.asked.map(({ path }) => path)).toEqual(["/wcp/rules/simulate"]);
    expect(await answer("y\r")).toContain("Published: number 1.");
    await standIn.close();
    await rm(folder, { recursive: true });
  });
});

describe("a terminal", () => {
  it("gets no control character and no line from what strangers wrote, only words", () => {
    let text = "";
    const out = terminal((part) => {
      text += part;
    }, false);
    const evil = "a\u001b[2Jb\n● c\u202e\u009b1m";
    out.line(evil);
    out.title(evil);
    out.row("skipped", evil, evil);
    out.block("first\nsecond\u001b");
    expect(text).toBe("a[2Jb● c1m\na[2Jb● c1m\n○ a[2Jb● c1m    a[2Jb● c1m\nfirst\nsecond\n");
  });
});

describe("colours", () => {
  const printed = (isColoured: boolean) => {
    let text = "";
    const out = terminal((part) => {
      text += part;
    }, isColoured);
    out.title("Title");
    out.row("failed", "name", "sentence");
    out.rail(true);
    return text;
  };

  it("add nothing but colour", () => {
    expect(printed(true)).toContain("\u001b[31m✕\u001b[0m");
    expect(printed(true).replaceAll(/\u001b\[\d+m/g, "")).toBe(printed(false));
  });

  it("are not wanted under NO_COLOR, unless it is empty, nor on a dumb terminal", () => {
    expect([{}, { NO_COLOR: "" }, { TERM: "xterm" }].map(wantsNoColour)).toEqual([false, false, false]);
    expect([{ NO_COLOR: "1" }, { NO_COLOR: "0" }, { TERM: "dumb" }].map(wantsNoColour)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it.skipIf(!existsSync("/usr/bin/script"))("come on a terminal, and not without one", async () => {
    const run = promisify(execFile);
    const folder = await mkdtemp(join(tmpdir(), "hall-colours-"));
    const receipt = join(folder, "denial.json");
    const sample = sampleDecision();
    const decision = { ...sample.decision, steps: [{ step: "rule", mark: "failed" }] };
    await writeFile(receipt, JSON.stringify({ ...sample, decision }));
    const command = `${process.execPath} ${MAIN} explain ${receipt}`;
    const onTerminal = async (env: NodeJS.ProcessEnv) =>
      (await run("/usr/bin/script", ["-qec", command, "/dev/null"], { env })).stdout;
    const { PATH } = process.env;
    expect(await onTerminal({ PATH, TERM: "xterm" })).toContain("\u001b[31m✕\u001b[0m");
    expect(await onTerminal({ PATH, TERM: "xterm", NO_COLOR: "1" })).not.toContain("\u001b[");
    expect((await run("/bin/sh", ["-c", command], { env: { PATH, TERM: "xterm" } })).stdout).toContain("✕");
    expect((await run("/bin/sh", ["-c", command], { env: { PATH, TERM: "xterm" } })).stdout).not.toContain(
      "\u001b[",
    );
    await rm(folder, { recursive: true });
  });
});
