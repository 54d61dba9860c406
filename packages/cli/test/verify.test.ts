import { createPublicKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cosign, witnessKey } from "@guildhall/attestation";
import {
  buildLog,
  type MemoryLog,
  sampleAct,
  sampleOutcome,
  throwAwaySigner,
} from "@guildhall/attestation/testing";
import type { UnsequencedBody } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../src/run.ts";
import { terminal } from "../src/terminal.ts";
import { hall, inProcess } from "./hall.ts";

let folder: string;
let log: MemoryLog;
let text: string;
let receipt: string;
let key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-cli-"));
  log = await buildLog(5);
  text = JSON.stringify(await log.seal(3));
  receipt = await file("receipt.json", text);
  key = log.key;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const CHECKS = ["format", "body", "signature", "inclusion", "checkpoint", "chain"];

function marksOf(out: string): string {
  return out
    .split("\n")
    .slice(0, CHECKS.length)
    .map((line, i) => (line.slice(2).startsWith(CHECKS[i]!) ? line[0] : "?"))
    .join("");
}

function pem({ signer }: MemoryLog): string {
  const x = Buffer.from(signer.publicKey).toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return publicKey.export({ format: "pem", type: "spki" }).toString();
}

describe("a genuine receipt", () => {
  it("is verified, each check with its mark and its finding; exit code 0", async () => {
    const { code, out, err } = await hall(["verify", receipt, "--key", key]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(marksOf(out)).toBe("●●●●●○");
    expect(out).toContain("The receipt before it, number 2 of its chain, was not given.");
    expect(out).toContain("Verified.");
    expect(out).toContain("leaf 3 of the 5 that hall.example.org/log has signed for");
    expect(out).toContain("It records ALLOW for cap.doc.summarize");
  });

  it("is held to the witnesses that are given, and refused where too few of them cosigned", async () => {
    const witness = throwAwaySigner(Buffer.alloc(32, 7));
    const vkey = witnessKey("witness.example/w1", witness.publicKey);
    const sealed = await log.seal(3);
    const [head] = sealed.seal.checkpoint.split("\n\n");
    const line = await cosign(witness, "witness.example/w1", `${head}\n`, 1_795_852_800);
    const checkpoint = sealed.seal.checkpoint + line;
    const cosigned = await file(
      "cosigned.json",
      JSON.stringify({ ...sealed, seal: { ...sealed.seal, checkpoint } }),
    );
    const good = await hall(["verify", cosigned, "--key", key, "--witness", vkey]);
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("Cosigned by witness.example/w1.");
    const lines = await file(
      "cosigned.jsonl",
      `${JSON.stringify({ ...sealed, seal: { ...sealed.seal, checkpoint } })}\n`,
    );
    expect(await hall(["verify", lines, "--lines", "--key", key, "--witness", vkey])).toMatchObject({
      code: 0,
    });

    for (const [path, ...more] of [[receipt], [await file("plain.jsonl", `${text}\n`), "--lines"]] as [
      string,
    ][]) {
      const { code, out } = await hall(["verify", path, ...more, "--key", key, "--witness", vkey]);
      expect(code).toBe(1);
      expect(out).toContain("COSIGNATURES_MISSING");
    }
    const two = ["--witness", vkey, "--threshold", "2"];
    expect(await hall(["verify", cosigned, "--key", key, ...two])).toMatchObject({ code: 2 });
    expect(await hall(["verify", cosigned, "--key", key, "--threshold", "1"])).toMatchObject({ code: 2 });
  });

  it("is verified from standard input", async () => {
    expect(await hall(["verify", "-", "--key", key], { input: text })).toMatchObject({ code: 0 });
  });

  it("is verified with the key in a file: a vkey, or PEM, which names no Hall, as is then said", async () => {
    const vkey = await file("hall.vkey", `${key}\n`);
    expect(await inProcess(["verify", receipt, "--key", vkey])).toMatchObject({
      code: 0,
      out: expect.not.stringContaining("names no Hall"),
    });
    expect(await inProcess(["verify", receipt, "--key", await file("hall.pem", pem(log))])).toMatchObject({
      code: 0,
      out: expect.stringContaining("The key names no Hall"),
    });
  });

  it("is verified by any of several keys", async () => {
    const other = await buildLog(1);
    expect(await inProcess(["verify", receipt, "--key", other.key, "--key", key])).toMatchObject({ code: 0 });
  });

  it("is linked to the one before it, sealed or not", async () => {
    const before = await log.seal(2);
    for (const previous of [before, before.receipt]) {
      const path = await file("previous.json", JSON.stringify(previous));
      const { code, out } = await inProcess(["verify", receipt, "--key", key, "--previous", path]);
      expect(code).toBe(0);
      expect(marksOf(out)).toBe("●●●●●●");
    }
  });

  it("of every kind is told in words; an unknown kind too", async () => {
    const later = { ...sampleAct(1), kind: "seance" as "key" };
    const bodies: [UnsequencedBody, string][] = [
      [sampleOutcome(1, { status: "dead_lettered" }), "dead lettered"],
      [sampleAct(1), "key key-1 created"],
      [later, "Its kind, seance, is unknown here; its seal is good."],
    ];
    for (const [body, words] of bodies) {
      const other = await buildLog(1, { body: () => body });
      const ran = await inProcess(["verify", "-", "--key", other.key], JSON.stringify(await other.seal(0)));
      expect(ran).toMatchObject({ code: 0, out: expect.stringContaining(words) });
    }
  });

  it("needs no network: every way to it is cut, and it is verified", async () => {
    const cut = `
      import dns from "node:dns"; import net from "node:net"; import dgram from "node:dgram"; import { syncBuiltinESMExports } from "node:module";
      const no = () => { process.stderr.write("NETWORK"); process.exit(9); };
      net.Socket.prototype.connect = no; dgram.Socket.prototype.send = no; dns.lookup = no; globalThis.fetch = no;
      syncBuiltinESMExports();`;
    const node = ["--import", `data:text/javascript,${encodeURIComponent(cut)}`];
    expect(await hall(["verify", receipt, "--key", key], { node })).toMatchObject({ code: 0, err: "" });
  });
});

describe("a receipt that is not genuine", () => {
  const changes: [
    what: string,
    code: string,
    marks: string,
    meaning: RegExp,
    change: (text: string) => string,
  ][] = [
    ["a word changed", "HASH_MISMATCH", "●✕○○○○", /not those that were sealed/, swap('"ALLOW"', '"DENY"')],
    ["cut short", "JSON_NOT_STRICT", "✕○○○○○", /one unambiguous JSON text/, (text) => text.slice(0, -1)],
    ["not a receipt", "SEAL_MALFORMED", "✕○○○○○", /a claim that nothing backs/, () => "{}"],
    ["of a later format", "SPEC_VERSION_UNKNOWN", "✕○○○○○", /does not know/, swap("receipt-1", "receipt-2")],
    ["with another signature", "SIGNATURE_INVALID", "●●✕○○○", /without the key/, signature],
    ["with another proof", "ROOT_MISMATCH", "●●●✕○○", /never logged in this form/, proof],
    [
      "under a changed checkpoint",
      "NOTE_SIGNATURE_INVALID",
      "●●●●✕○",
      /changed afterwards/,
      swap("\\n\\n", "\\nx\\n\\n"),
    ],
  ];
  it.each(changes)(
    "%s: %s, exit code 1, and what that means",
    async (_, expected, marks, meaning, change) => {
      const { code, out } = await inProcess(["verify", "-", "--key", key], change(text));
      expect(code).toBe(1);
      expect(marksOf(out)).toBe(marks);
      expect(out).toContain(`Not verified: ${expected}.`);
      expect(out).toMatch(meaning);
      expect(out).not.toMatch(/^Verified/m);
    },
  );

  it("one byte changed: exit code 1, in a process of its own, at each of 4 places", async () => {
    const codes = Array.from({ length: 4 }, (_, i) =>
      hall(["verify", "-", "--key", key], { input: changedAt(Math.floor((text.length * i) / 4)) }),
    );
    expect((await Promise.all(codes)).map(({ code }) => code)).toEqual(Array(4).fill(1));
  });

  it("one byte changed: exit code 1, at each of 150 places", async () => {
    for (let i = 0; i < 150; i++) {
      const at = Math.floor((text.length * i) / 150);
      const { code } = await inProcess(["verify", "-", "--key", key], changedAt(at));
      expect(code, text.slice(at - 20, at + 20)).toBe(1);
    }
  });

  it("by the key of another Hall, named or not: exit code 1", async () => {
    const other = await buildLog(1);
    expect(await inProcess(["verify", receipt, "--key", other.key])).toMatchObject({ code: 1 });
    const path = await file("other.pem", pem(other));
    expect(await inProcess(["verify", receipt, "--key", path])).toMatchObject({ code: 1 });
  });

  it("that does not follow the one given as the one before it: exit code 1", async () => {
    for (const [index, expected] of [
      [1, "CHAIN_GAP"],
      [3, "CHAIN_DUPLICATE"],
      [4, "CHAIN_ORDER"],
    ] as const) {
      const previous = await file("previous.json", JSON.stringify(await log.seal(index)));
      const { code, out } = await inProcess(["verify", receipt, "--key", key, "--previous", previous]);
      expect({ code, marks: marksOf(out) }).toEqual({ code: 1, marks: "●●●●●✕" });
      expect(out).toContain(expected);
    }
  });

  function changedAt(at: number): string {
    return text.slice(0, at) + (text[at] === "1" ? "2" : "1") + text.slice(at + 1);
  }

  function swap(from: string, to: string) {
    return (text: string) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    };
  }

  function signature(text: string): string {
    const sealed = JSON.parse(text) as { receipt: { signature: string } };
    sealed.receipt.signature = Buffer.alloc(64, 1).toString("base64");
    return JSON.stringify(sealed);
  }

  function proof(text: string): string {
    const sealed = JSON.parse(text) as { seal: { inclusion_proof: string[] } };
    sealed.seal.inclusion_proof[0] = Buffer.alloc(32).toString("base64");
    return JSON.stringify(sealed);
  }
});

describe("--json", () => {
  it("prints the verdict for programs, in ASCII, with the same exit codes", async () => {
    const good = await inProcess(["verify", receipt, "--key", key, "--json"]);
    expect(good.code).toBe(0);
    expect(good.out).toMatch(/^[\n\x20-\x7e]+$/);
    expect(JSON.parse(good.out)).toMatchObject({
      ok: true,
      receiptId: log.receipts[3]!.receipt_id,
      receipt: log.receipts[3],
    });
    const bad = await inProcess(["verify", "-", "--key", key, "--json"], text.replace("ALLOW", "DENY"));
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({ ok: false, failed: "body", code: "HASH_MISMATCH" });
  });
});

describe("what a receipt says", () => {
  it("cannot write on the terminal: no escapes, no lines of its own, no turned text", async () => {
    const subject =
      "x\u001b[2J\u001b]0;t\u0007\n● signature     The key's signature is good.\u202e\u2028\u009b31m";
    const hostile = await buildLog(1, { body: () => sampleAct(0, { subject }) });
    const sealed = JSON.stringify(await hostile.seal(0));
    for (const input of [
      sealed,
      sealed.replace('"created"', '"revoked"'),
      `{"receipt":{"a":"${"\\u001b[31m"}"}}`,
    ]) {
      const { out } = await inProcess(["verify", "-", "--key", hostile.key], input);
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
      expect(out.split("\n").filter((line) => line.startsWith("● signature")).length).toBeLessThan(2);
    }
    const { out } = await inProcess(["verify", "-", "--key", hostile.key, "--json"], sealed);
    expect(out).toMatch(/^[\n\x20-\x7e]+$/);
  });
});

describe("exit code 2", () => {
  it.each([
    ["no receipt", ["verify"], /Expected a receipt/],
    ["no key", ["verify", "RECEIPT"], /Expected --key/],
    ["two receipts", ["verify", "RECEIPT", "RECEIPT", "--key", "KEY"], /one by one/],
    ["an unknown option", ["verify", "RECEIPT", "--key", "KEY", "--kye", "x"], /--kye/],
    ["an option without its value", ["verify", "RECEIPT", "--key"], /--key/],
    ["no such file", ["verify", "/nowhere/receipt.json", "--key", "KEY"], /no such file/],
    ["a folder", ["verify", "/", "--key", "KEY"], /is a folder/],
    ["no such key file", ["verify", "RECEIPT", "--key", "/nowhere/key"], /there is no file/],
    ["a folder for a key", ["verify", "RECEIPT", "--key", "/"], /is a folder/],
    ["a key that is none", ["verify", "RECEIPT", "--key", "RECEIPT"], /vkey/],
    ["a key with a wrong letter", ["verify", "RECEIPT", "--key", "MISTYPED"], /a character is wrong/],
    ["nothing before it", ["verify", "RECEIPT", "--key", "KEY", "--previous", "/nowhere/x"], /no such file/],
    ["standard input twice", ["verify", "-", "--key", "KEY", "--previous", "-"], /not both/],
    ["an empty standard input", ["verify", "-", "--key", "KEY"], /is empty/],
  ])("%s", async (_, args, message) => {
    const mistyped = key.replace(/\+(.)/, (_, first: string) => `+${first === "0" ? "1" : "0"}`);
    const names: { [name: string]: string } = { RECEIPT: receipt, KEY: key, MISTYPED: mistyped };
    const ran = await inProcess(args.map((arg) => names[arg] ?? arg));
    expect(ran).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
  });

  it("an API key in the place of the public one, which is not repeated", async () => {
    const secret = `hall_key_${"A".repeat(32)}_000000`;
    const { code, err } = await inProcess(["verify", receipt, "--key", secret]);
    expect(code).toBe(2);
    expect(err).toMatch(/Revoke that one/);
    expect(err).not.toContain("AAAA");
  });

  it("in a process of its own as well", async () => {
    expect(await hall(["verify", "/nowhere", "--key", key])).toMatchObject({ code: 2, out: "" });
  });

  it("input without end is not read to its end", async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(1024 * 1024, 0x20);
    }
    const quiet = terminal(() => undefined, false);
    const code = await run(["verify", "-", "--key", key], {
      stdin: endless(),
      out: quiet,
      err: quiet,
      hallKey: null,
      operatorTokenFile: null,
      readPin: () => Promise.reject(new Error("nobody is there")),
      attestSecret: null,
      confirm: null,
    });
    expect(code).toBe(2);
  });
});
