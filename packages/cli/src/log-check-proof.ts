import { parseArgs } from "node:util";
import { checkMisbehaviour } from "@guildhall/attestation/verify";
import { type Command, UsageError } from "./command.ts";
import { readHistory } from "./read-history.ts";
import { readInput } from "./read-input.ts";
import { readKey } from "./read-key.ts";
import { MEANINGS } from "./verify-meanings.ts";

/** Whether a proof against a log holds: no network, nothing trusted but the log's own key. */
export const logCheckProof: Command = {
  name: "log check-proof",
  summary: "check a proof that a log misbehaved, offline",
  help: `hall log check-proof <proof.json | -> --key <key> [--keys <hall-keys.json>]

  Checks what \`hall log monitor\` wrote: that the log's key signed both checkpoints, and that they cannot both be
  of one log that only grew.

  --key   the log's key as a vkey (origin+hash+key), or a file that holds a vkey or a PEM public key
  --keys  what /.well-known/hall-keys.json answers, or what the monitor kept, where the Hall has changed its key: each
          checkpoint has to be signed by the key that spoke for its size

  Exit code 0: the file alone convicts the log. 1: it shows nothing. 2: the command is wrong, or a file cannot be
  read. 3: what it says is signed, and rests on the word of whoever wrote it too.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { key: { type: "string", multiple: true, default: [] }, keys: { type: "string" } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError("Expected one proof: a file, or -.");
    if (values.key.length === 0) throw new UsageError("Expected --key and the log's public key.");
    const keys = await Promise.all(values.key.map((given) => readKey(given)));
    const history = values.keys === undefined ? [] : await readHistory(values.keys, io);
    const verdict = await checkMisbehaviour(await readInput(file, io), keys, { history });
    if (!verdict.ok && verdict.code === "KEY_MALFORMED") throw new UsageError(`--key: ${verdict.message}`);
    if (!verdict.ok) {
      io.out.row("failed", "proof", verdict.message);
      io.out.title(`It shows nothing: ${verdict.code}.`);
      io.out.line(MEANINGS[verdict.code]);
      return 1;
    }
    const { origin, earlier, later, kind, isProven } = verdict;
    io.out.row("passed", "signatures", `${origin} signed both checkpoints.`);
    io.out.row("passed", "earlier", `${earlier.treeSize} leaves under ${earlier.root}.`);
    io.out.row("passed", "later", `${later.treeSize} leaves under ${later.root}.`);
    io.out.title(isProven ? "The log forked." : "Signed, and not proven.");
    io.out.line(SHOWS[kind]);
    return isProven ? 0 : 3;
  },
};

const SHOWS = {
  fork: "No log that only grew can have signed both. Whoever wrote this file added nothing to it.",
  rollback:
    "The log signed the larger tree and the smaller one. Every log has once signed smaller trees: that this one was " +
    "shown after the larger is the word of whoever wrote the file.",
  tiles:
    "The hashes in the file do not lead to the root that was signed. That the log served them is the word of whoever " +
    "wrote the file: tiles carry no signature.",
} as const;
