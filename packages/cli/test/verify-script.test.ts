import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { signCheckpoint, verifierKey } from "@guildhall/attestation";
import { buildLog, type MemoryLog, sampleAct, throwAwaySigner } from "@guildhall/attestation/testing";
import { receiptFiles } from "@guildhall/attestation/verify";
import { canonicalBody, type SealedReceipt } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** docs/verify-receipt.sh: a page of POSIX shell that trusts nothing of ours, held against real and tampered files. */

const SCRIPT = fileURLToPath(new URL("../../../docs/verify-receipt.sh", import.meta.url));
const TOOLS = ["openssl", "sha256sum", "sed", "od", "cut", "tr", "cat"];

let folder: string;
let log: MemoryLog;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-script-"));
  log = await buildLog(11);
  // A PATH that leads to the tools it may use, and to nothing else.
  await mkdir(join(folder, "bin"));
  for (const tool of ["sh", ...TOOLS]) await symlink(await pathOf(tool), join(folder, "bin", tool));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function pathOf(tool: string): Promise<string> {
  return new Promise((resolve, reject) =>
    execFile("/bin/sh", ["-c", `command -v ${tool}`], (error, out) =>
      error ? reject(error) : resolve(out.trim()),
    ),
  );
}

interface Said {
  code: number;
  out: string;
}

function script(place: string, ...keys: string[]): Promise<Said> {
  const env = { PATH: join(folder, "bin") };
  return new Promise((resolve, reject) =>
    execFile(join(folder, "bin/sh"), [SCRIPT, place, ...keys], { env }, (error, out) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: error ? Number(error.code) : 0, out });
    }),
  );
}

type Files = { [name: string]: Uint8Array };

async function filesOf(sealed: unknown, ...keys: string[]): Promise<Files> {
  const files = await receiptFiles(sealed, keys);
  return Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
}

let count = 0;
async function place(files: Files): Promise<string> {
  const path = join(folder, `${count++}`);
  await mkdir(path);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return path;
}

describe("docs/verify-receipt.sh", () => {
  it("is a page long, and names every tool that it uses", async () => {
    const text = await readFile(SCRIPT, "utf8");
    expect(text.split("\n").length).toBeLessThan(85);
    for (const tool of TOOLS) expect(text.split("set -eu")[0]).toContain(tool);
  });

  it("verifies every receipt of a log, at every size of it, with nothing else on the PATH", {
    timeout: 120_000,
  }, async () => {
    for (const [index, size] of [...Array(11).keys()]
      .map((index) => [index, 11])
      .concat([
        [0, 1],
        [0, 2],
        [2, 3],
        [4, 8],
      ])) {
      const files = await filesOf(await log.seal(index!, size), log.key);
      const { receipt_id, receipt_hash } = log.receipts[index!]!;
      expect(await script(await place(files), log.key)).toEqual({
        code: 0,
        out: `VERIFIED: receipt ${receipt_id}, leaf ${index} of ${size} in ${log.origin}, hash ${receipt_hash}\n`,
      });
    }
  });

  it("verifies one without a signature of its own by the checkpoint, and one under a later key of the log", async () => {
    const unsigned = await buildLog(3, { isSigningReceipts: false });
    const files = await filesOf(await unsigned.seal(1), unsigned.key);
    expect(await script(await place(files), unsigned.key)).toMatchObject({ code: 0 });

    const later = await buildLog(11, { signer: throwAwaySigner(), isSigningReceipts: false });
    const sealed = await resealedBy(later);
    const both = await filesOf(sealed, log.key, later.key);
    expect(Object.keys(both)).toContain("signature_key.pem");
    expect(await script(await place(both), later.key, log.key)).toMatchObject({ code: 0 });
    // The second key is asked for, not taken from the folder.
    expect(await script(await place(both), later.key)).toMatchObject({ code: 1 });
  });

  it("reads the place from the body's own fields, whatever its strings and inner objects say", async () => {
    const details = {
      leaf_index: 9,
      hall: "other.example.net/log",
      text: '"leaf_index":9,{[\\"hall":"x"}',
      list: [[{ hall: "y" }]],
    };
    const tricky = await buildLog(2, {
      body: (index) => sampleAct(index, { details, subject: '},"leaf_index":7,{' }),
    });
    const files = await filesOf(await tricky.seal(1), tricky.key);
    expect(await script(await place(files), tricky.key)).toMatchObject({
      code: 0,
      out: expect.stringContaining("leaf 1 of 2"),
    });
  });

  it("refuses every file with a bit flipped in any kind of byte that it holds", {
    timeout: 240_000,
  }, async () => {
    const files = await filesOf(await log.seal(6), log.key);
    expect(await script(await place(files), log.key)).toMatchObject({ code: 0 });
    const flips = Object.entries(files).flatMap(([name, bytes]) =>
      placesOf(bytes).flatMap((at) => [0x01, 0x20].map((mask) => ({ name, at, mask }))),
    );
    expect(flips.length).toBeGreaterThan(120);
    const accepted: typeof flips = [];
    await inParallel(flips, async (flip) => {
      const bytes = Uint8Array.from(files[flip.name]!);
      bytes[flip.at]! ^= flip.mask;
      const { code } = await script(await place({ ...files, [flip.name]: bytes }), log.key);
      if (code !== 1) accepted.push(flip);
    });
    expect(accepted).toEqual([]);
  });

  it("refuses files that are missing, emptied, cut or lengthened", { timeout: 120_000 }, async () => {
    const files = await filesOf(await log.seal(6), log.key);
    for (const [name, bytes] of Object.entries(files)) {
      const { [name]: _, ...without } = files;
      for (const [what, changed] of [
        // Without its own signature a receipt is sealed by the checkpoint: that is no forgery.
        ...(name === "signature" ? [] : [["missing", without] as const]),
        ["empty", { ...files, [name]: new Uint8Array() }] as const,
        ["cut", { ...files, [name]: bytes.subarray(0, -1) }] as const,
        ["longer", { ...files, [name]: Buffer.concat([bytes, Buffer.from("0\n")]) }] as const,
      ]) {
        const { code } = await script(await place(changed), log.key);
        expect(code, `${name} ${what}`).not.toBe(0);
      }
    }
  });

  it("refuses forgeries that are whole: another's key, another place, another log, a proof turned around", async () => {
    const other = await buildLog(11);
    const sealed = await log.seal(6);
    const files = await filesOf(sealed, log.key);
    const reply = async (changed: Files, ...keys: string[]) =>
      (await script(await place(changed), ...keys)).out;
    // A stranger's log with the stranger's key beside it: the reader's own key decides.
    expect(await reply(await filesOf(await other.seal(6), other.key), log.key)).toMatch(/is another key/);
    expect(await reply({ ...files, ...(await keyFiles(other)) }, log.key)).toMatch(/is another key/);
    expect(
      await reply(
        files,
        log.key.replace(/\+(.)/, (_, c: string) => `+${c === "0" ? "1" : "0"}`),
      ),
    ).toMatch(/no verifier key/);
    // The same key under another log's name: all is signed, and the body says where it belongs.
    const origin = "hall.example.org/other";
    const root = Buffer.from(sealed.seal.checkpoint.split("\n")[2]!, "base64");
    const checkpoint = await signCheckpoint(log.signer, { origin, treeSize: 11, root });
    const ownKey = verifierKey(origin, log.signer.publicKey);
    const elsewhere = await filesOf({ ...sealed, seal: { ...sealed.seal, checkpoint } }, ownKey);
    expect(await reply(elsewhere, ownKey)).toMatch(/not of one log/);
    const moved = { ...files, proof: (await filesOf(await log.seal(7), log.key)).proof! };
    expect(await reply(moved, log.key)).toMatch(/not one for this place|another root/);
    const sides = Buffer.from(files.proof!)
      .toString()
      .replaceAll("left", "LEFT")
      .replaceAll("right", "left")
      .replaceAll("LEFT", "right");
    expect(await reply({ ...files, proof: Buffer.from(sides) }, log.key)).toMatch(/not one for this place/);
    const body = Buffer.from(
      canonicalBody({ ...JSON.parse(Buffer.from(files["body.json"]!).toString()), leaf_index: 5 }),
    );
    expect(await reply({ ...files, "body.json": body }, log.key)).toMatch(/another hash/);
    expect((await script(folder)).code).toBe(2);
  });
});

/** The positions at which a file holds each kind of byte for the first and the last time. */
function placesOf(bytes: Uint8Array): number[] {
  const kinds = new Map<string, [first: number, last: number]>();
  bytes.forEach((byte, at) => {
    const character = String.fromCharCode(byte);
    const kind = /[a-z]/.test(character)
      ? "a"
      : /[A-Z]/.test(character)
        ? "A"
        : /[0-9]/.test(character)
          ? "0"
          : byte > 126
            ? "other"
            : byte < 32 && byte !== 10
              ? "control"
              : character;
    kinds.set(kind, [kinds.get(kind)?.[0] ?? at, at]);
  });
  return [...new Set([...kinds.values()].flat().slice(0, 24))];
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

async function keyFiles(of: MemoryLog): Promise<Files> {
  const files = await filesOf(await of.seal(0), of.key);
  return { "key.pem": files["key.pem"]!, "key.der": files["key.der"]! };
}

/** The receipt that `log` signed, under a checkpoint that a later key of the same log has signed. */
async function resealedBy(later: MemoryLog): Promise<SealedReceipt> {
  const sealed = await log.seal(6);
  const text = `${sealed.seal.checkpoint.split("\n\n")[0]}\n`;
  const keyHash = Buffer.from(later.key.split("+")[1]!, "hex");
  const signature = await later.signer.sign(Buffer.from(text));
  const line = `\u2014 ${log.origin} ${Buffer.concat([keyHash, signature]).toString("base64")}`;
  return { ...sealed, seal: { ...sealed.seal, checkpoint: `${text}\n${line}\n` } };
}
