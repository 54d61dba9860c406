import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ReceiptFile, receiptFiles, verifySealedReceipt } from "@guildhall/attestation/verify";
import { type Command, type Io, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { readInput } from "./read-input.ts";
import { readKey } from "./read-key.ts";
import { MEANINGS } from "./verify-meanings.ts";

/** Writes a receipt as the files that openssl and sha256sum can check. */
export const receiptExport: Command = {
  name: "receipt export",
  summary: "write a receipt as files that openssl and sha256sum can check",
  help: `hall receipt export <receipt.json | - | receipt id> --to <folder> --key <key> [--hall <url>]

  Checks a sealed receipt, {receipt, seal}, as hall verify does, and takes it apart into files: body.json
  holds exactly the bytes that are hashed, signature and checkpoint.signature the bare bytes of what signs
  them, proof the hashes beside the way to the root. With them docs/verify-receipt.sh, a page of POSIX
  shell, checks the receipt once more with openssl and sha256sum, and without any program of ours.

  --to        the folder: a new one, or an empty one
  --key       the Hall's public key, as for hall verify; again for each further key
${HALL_OPTIONS_HELP}

  With a receipt's id the receipt is read from that Hall; the key needs the permission receipt:read.

  Exit code 0: written. 1: not verified, and nothing was written. 2: the command is wrong, a file cannot be
  read or written, or the Hall has no such receipt.`,

  async run(args, io) {
    const { name, to, keys, where } = readArgs(args);
    const texts = await Promise.all(keys.map((given) => readKey(given)));
    const sealed = RECEIPT_ID.test(name) ? await fetched(name, where, texts, io) : await readInput(name, io);
    const verdict = await verifySealedReceipt(sealed, texts);
    if (!verdict.ok) {
      if (verdict.code === "KEY_MALFORMED" || verdict.code === "ED25519_UNAVAILABLE")
        throw new UsageError(verdict.message);
      io.out.title(`Not verified: ${verdict.code}. Nothing was written.`);
      io.out.line(MEANINGS[verdict.code]);
      return 1;
    }
    const files = await receiptFiles(sealed, texts);
    await write(files, to);
    io.out.line(`Receipt ${verdict.receiptId} is verified, and written to ${to}:`);
    for (const file of files) io.out.line(`  ${file.name}`);
    return 0;
  },
};

const RECEIPT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

type Where = Parameters<typeof readAddress>[0];

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...HALL_OPTIONS,
      to: { type: "string" },
      key: { type: "string", multiple: true, default: [] },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError("Expected one receipt: a file, - for standard input, or an id.");
  const { to, key: keys, ...where } = values;
  if (to === undefined) throw new UsageError("Expected --to and the folder to write to.");
  if (keys.length === 0) throw new UsageError("Expected --key and the Hall's public key.");
  return { name, to, keys, where };
}

async function fetched(id: string, where: Where, keys: readonly string[], io: Io): Promise<object> {
  const address = await readAddress(where, io);
  const { fetchReceipt } = await import("./ask-hall.ts");
  const answer = await fetchReceipt(address, keys, id);
  if ("why" in answer) throw new UsageError(answer.why);
  return { receipt: answer.receipt, seal: answer.seal };
}

/** Into an empty folder only: files of two receipts side by side would be neither's. */
async function write(files: readonly ReceiptFile[], folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0)
      throw new UsageError(`${folder} is not empty; name a new folder.`);
    for (const { name, bytes } of files) await writeFile(join(folder, name), bytes, { flag: "wx" });
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${folder} cannot be written to: ${(cause as Error).message}`, { cause });
  }
}
