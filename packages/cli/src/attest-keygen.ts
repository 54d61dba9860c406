import { lstat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { openSoftwareSigner, SignerError } from "@guildhall/attestation";
import { type Command, UsageError } from "./command.ts";

/** Makes the key of a namespace, of a runner, or of a worker. */
export const attestKeygen: Command = {
  name: "attest keygen",
  summary: "make an Ed25519 key for a namespace, a runner or a worker",
  help: `hall attest keygen --out <file>

  Makes an Ed25519 key in a file that only you can read, and prints its public half. Never replaces a file.
  Whoever reads the file can sign as its owner. The public half is what a Hall registers.

  --out  the file to make

  Exit code 0: made. 2: the command is wrong, or the file is there already or cannot be made.`,

  async run(args, { out }) {
    const { values } = parseArgs({ args, options: { out: { type: "string" } } });
    if (values.out === undefined) throw new UsageError("Expected --out and the file to make.");
    if (await isThere(values.out))
      throw new UsageError(`${values.out} is there already; a key is never replaced.`);
    const { publicKey, keyId } = await openKey(values.out);
    out.title("Made.");
    out.line(`public key  ${Buffer.from(publicKey).toString("base64")}`);
    out.line(`key id      ${keyId}`);
    return 0;
  },
};

/** @throws UsageError that says what is wrong with the file */
export async function openKey(path: string) {
  try {
    return await openSoftwareSigner(path);
  } catch (cause) {
    if (cause instanceof SignerError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

/** A signer over a file that has to be there: a mistyped name makes no key. */
export async function openExistingKey(path: string, option: string) {
  if (!(await isThere(path)))
    throw new UsageError(`${option}: there is no file ${path}; \`hall attest keygen\` makes one.`);
  return openKey(path);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
