import { parseArgs } from "node:util";
import {
  type LogKey,
  parseVerifierKey,
  registeredKeys,
  verifyKeyAttestation,
  verifyKeyHistory,
} from "@guildhall/attestation/verify";
import type { KeyAttestation } from "@guildhall/protocol";
import { type Command, type Io, UsageError } from "./command.ts";
import { roleOf } from "./key-place.ts";
import { readHistory } from "./read-history.ts";
import { readInput } from "./read-input.ts";
import { readKey } from "./read-key.ts";

/** Reads what `hall keys attest` said: no network, no Hall, nothing trusted but the pinned key. */
export const keysVerify: Command = {
  name: "keys verify",
  summary:
    "check a statement of which keys stand where against a pinned key, and against the log's own entries",
  help: `hall keys verify <attestation.json | -> --key <vkey> [--keys <hall-keys.json>]

  Checks that the log's key signed the statement, and that no key in it is too weak to serve.

  --key   the log's key as a vkey (origin+hash+key), or a file that holds one
  --keys  the history of the Hall's keys, as /.well-known/hall-keys.json gives it: leads from --key to today's key,
          which must have signed, and names by sealed entries the keys that must be in the statement

  Exit code 0: verified. 1: not verified. 2: the command is wrong, or a file cannot be read.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { key: { type: "string" }, keys: { type: "string" } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new UsageError("Expected one statement: a file, or - for standard input.");
    if (values.key === undefined) throw new UsageError("Expected --key and the log's key that you pinned.");
    const envelope = await readInput(file, io);
    const history = values.keys === undefined ? [] : await readHistory(values.keys, io);
    const followed = await verifyKeyHistory(await readKey(values.key), history);
    if (!followed.ok) {
      if (followed.code === "KEY_MALFORMED") throw new UsageError(`--key: ${followed.message}`);
      return no(io, followed.code, followed.message);
    }
    const { current } = followed;
    const { name: origin, publicKey } = await parseVerifierKey(current.verifierKey);
    const verdict = await verifyKeyAttestation(envelope, [publicKey]);
    if (!verdict.ok)
      return no(io, verdict.code, `${verdict.message} The key of the log is ${current.keyId}.`);
    const { attestation } = verdict;
    if (attestation.origin !== origin)
      return no(
        io,
        "ORIGIN_MISMATCH",
        `Expected the keys of ${origin}, found those of ${attestation.origin}.`,
      );
    io.out.line(
      `${attestation.made_at}, on ${attestation.module}${attestation.serial === null ? "" : `, serial number ${attestation.serial}`}`,
    );
    const faults = printKeys(attestation, io);
    const missing =
      values.keys === undefined ? 0 : await printMissing(attestation, history, followed.keys, io);
    io.out.line();
    if (faults + missing > 0) return no(io, "KEYS_DIFFER", "What stands there is not what should.");
    io.out.title("Verified.");
    io.out.line(`Signed by the log's key ${current.keyId}. Where it says that keys lie is its own word.`);
    return 0;
  },
};

function printKeys({ keys }: KeyAttestation, { out }: Io): number {
  for (const { name, key_id, algorithm, weaknesses } of keys)
    out.row(weaknesses.length > 0 ? "failed" : "passed", name, [key_id, algorithm, ...weaknesses].join("  "));
  return keys.filter(({ weaknesses }) => weaknesses.length > 0).length;
}

/** Keys that the log introduced and did not retire, in roles that a Hall keeps itself. */
async function printMissing(
  { keys }: KeyAttestation,
  history: readonly unknown[],
  logKeys: readonly LogKey[],
  { out }: Io,
): Promise<number> {
  const wanted = (await registeredKeys(history, logKeys)).filter(
    ({ isRetired, roles }) => !isRetired && roles.some((role) => roleOf(role) !== null),
  );
  const missing = wanted.filter(({ spki }) => !keys.some((key) => key.spki === spki));
  for (const { keyId, roles } of missing)
    out.row("failed", roles.join(", "), `${keyId}  in use by the log's entries, and not there`);
  return missing.length;
}

function no({ out }: Io, code: string, message: string): 1 {
  out.title(`Not verified: ${code}.`);
  out.line(message);
  return 1;
}
