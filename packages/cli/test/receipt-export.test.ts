import { execFile } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildLog, type MemoryLog } from "@guildhall/attestation/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hall, inProcess } from "./hall.ts";
import { openHall } from "./hall-stand-in.ts";

const run = promisify(execFile);

let folder: string;
let log: MemoryLog;
let receipt: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-export-"));
  log = await buildLog(7);
  receipt = join(folder, "receipt.json");
  await writeFile(receipt, JSON.stringify(await log.seal(5)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const to = (name: string) => join(folder, name);
const bytes = (name: string, file: string) => readFile(join(to(name), file));

describe("hall receipt export", () => {
  it("writes the bytes that are hashed and signed, so that each check is one command", async () => {
    const { code, out, err } = await hall(["receipt", "export", receipt, "--to", to("a"), "--key", log.key]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`Receipt ${log.receipts[5]!.receipt_id} is verified`);
    const files =
      "body.json checkpoint checkpoint.signature checkpoint.text key.der key.pem proof receipt_hash";
    expect((await readdir(to("a"))).toSorted()).toEqual([...files.split(" "), "signature"]);

    const body = await bytes("a", "body.json");
    const { receipt_hash, signature, ...fields } = log.receipts[5]!;
    expect(JSON.parse(body.toString())).toEqual(fields);
    expect(createHash("sha256").update(body).digest("hex")).toBe(receipt_hash);
    expect((await bytes("a", "receipt_hash")).toString()).toBe(receipt_hash);
    const key = createPublicKey(await bytes("a", "key.pem"));
    expect(key.export({ format: "der", type: "spki" })).toEqual(await bytes("a", "key.der"));
    expect(verify(null, Buffer.from(receipt_hash), key, await bytes("a", "signature"))).toBe(true);
    expect((await bytes("a", "signature")).toString("base64")).toBe(signature);
    const text = await bytes("a", "checkpoint.text");
    expect(verify(null, text, key, await bytes("a", "checkpoint.signature"))).toBe(true);
    expect((await bytes("a", "checkpoint")).toString()).toBe((await log.seal(5)).seal.checkpoint);
    expect((await bytes("a", "proof")).toString()).toMatch(
      /^left [0-9a-f]{64}\nright [0-9a-f]{64}\nleft [0-9a-f]{64}\n$/,
    );

    const args =
      "pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.text -sigfile checkpoint.signature";
    const { stdout } = await run("openssl", args.split(" "), { cwd: to("a") });
    expect(stdout).toContain("Signature Verified Successfully");
  });

  it("leaves out a signature that the receipt does not have", async () => {
    const unsigned = await buildLog(2, { isSigningReceipts: false });
    const ran = await inProcess(
      ["receipt", "export", "-", "--to", to("unsigned"), "--key", unsigned.key],
      JSON.stringify(await unsigned.seal(1)),
    );
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(await readdir(to("unsigned"))).not.toContain("signature");
  });

  it("takes the receipt from a Hall by its id, verified under the given key", async () => {
    const sealed = await log.seal(5);
    const path = `/wcp/receipts/${sealed.receipt.receipt_id}`;
    const forged = { ...sealed, receipt: { ...sealed.receipt, policy_decision: "DENY" } };
    const standIn = await openHall({ [path]: JSON.parse(JSON.stringify(sealed)) });
    const args = (name: string) => [
      "receipt",
      "export",
      sealed.receipt.receipt_id,
      "--to",
      to(name),
      "--key",
      log.key,
      "--hall",
      standIn.url,
    ];
    expect(await inProcess(args("by-id"), "", { hallKey: "hall_key_test" })).toMatchObject({ code: 0 });
    expect(standIn.asked.map(({ path }) => path)).toEqual([path]);
    for (const name of await readdir(to("a")))
      expect(await bytes("by-id", name)).toEqual(await bytes("a", name));

    standIn.instead = (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(forged));
    };
    expect(await inProcess(args("forged"), "", { hallKey: "hall_key_test" })).toMatchObject({ code: 2 });
    await expect(readdir(to("forged"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await inProcess(args("keyless"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("HALL_KEY"),
    });
    await standIn.close();
  });

  it("writes nothing of a receipt that is not genuine, and exits with 1", async () => {
    const text = (await readFile(receipt, "utf8")).replace('"created"', '"revoked"');
    const ran = await inProcess(["receipt", "export", "-", "--to", to("bad"), "--key", log.key], text);
    expect(ran).toMatchObject({
      code: 1,
      out: expect.stringContaining("HASH_MISMATCH. Nothing was written"),
    });
    await expect(readdir(to("bad"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("writes only into an empty folder, so that no files of two receipts mix", async () => {
    await writeFile(to("file"), "x");
    for (const [place, message] of [
      [to("a"), /is not empty/],
      [to("file"), /cannot be written to/],
    ] as const) {
      const ran = await inProcess(["receipt", "export", receipt, "--to", place, "--key", log.key]);
      expect(ran).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
    }
  });

  it.each([
    ["no receipt", ["--to", "x", "--key", "KEY"], /Expected one receipt/],
    ["no folder", ["RECEIPT", "--key", "KEY"], /Expected --to/],
    ["no key", ["RECEIPT", "--to", "x"], /Expected --key/],
    ["a key that is none", ["RECEIPT", "--to", "x", "--key", "RECEIPT"], /vkey/],
    ["an id and no Hall", ["0193512f-4c00-7000-8000-000000000005", "--to", "x", "--key", "KEY"], /--hall/],
  ])("asked with %s ends with 2", async (_, args, message) => {
    const names: { [name: string]: string } = { RECEIPT: receipt, KEY: log.key };
    const ran = await inProcess(["receipt", "export", ...args.map((arg) => names[arg] ?? arg)]);
    expect(ran).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
  });
});
