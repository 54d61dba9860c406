import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sampleDecision } from "@guildhall/attestation/testing";
import { describe, expect, it } from "vitest";
import { wantsNoColour } from "../src/env.ts";
import { nearest } from "../src/nearest.ts";
import { terminal } from "../src/terminal.ts";
import { hall, inProcess, MAIN } from "./hall.ts";

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
    for (const name of ["verify", "explain", "version", "help"]) {
      expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
      const about = await inProcess(["help", name]);
      expect(about).toMatchObject({ code: 0, out: expect.stringContaining(`hall ${name}`) });
      expect(await inProcess([name, "--help"])).toEqual(about);
    }
    expect(await inProcess(["--help"])).toMatchObject({ code: 0, out });
    expect(await inProcess(["help", "verfiy"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("verify"),
    });
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

  it("loads nothing that could speak to a network", async () => {
    const folder = fileURLToPath(new URL("../src/", import.meta.url));
    for (const name of await readdir(folder)) {
      const source = await readFile(`${folder}${name}`, "utf8");
      expect(source, name).not.toMatch(/\bfetch\(|node:(?:http|https|net|tls|dgram|dns)|@guildhall\/sdk/);
    }
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
