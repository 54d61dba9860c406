import { parseArgs } from "node:util";
import { openSoftwareSigner, parseVerifierKey, VerifyError, witnessKey } from "@guildhall/attestation";
import { type Command, UsageError } from "./command.ts";
import { isVkey } from "./read-key.ts";
import { openWitnessKeys } from "./witness-keys.ts";
import { openWitnessState } from "./witness-state.ts";

/** A small witness, to run where a Hall's operator has no hand. */
export const witnessServe: Command = {
  name: "witness serve",
  summary: "cosign the checkpoints of logs that only grow (C2SP tlog-witness)",
  help: `hall witness serve --name <name> --log <vkey> --key-file <file> --state <file> [--hall <url>]
    [--listen <host:port>]

  Serves POST /add-checkpoint: cosigns a log's checkpoint if it begins with everything that was cosigned before, and
  remembers it on the disk before it answers. Run it on a machine where the Hall's operator has no hand, one process
  to a state file, with TLS in front.

  --name      the witness's own name, like witness.example.org/w1
  --log       the vkey (origin+hash+key) of a log to witness; again for each further log
  --hall      the address of its Hall. Where the log is signed by another key, the entries of its keys are read there;
              only those count that lead on from the key that was given. Without it, give the next key by hand
  --key-file  the witness's Ed25519 key, PKCS#8 PEM; made there at the first start
  --state     the file that remembers the newest tree of each log. Whoever loses it cosigns anew from any tree. The
              entries of keys that were followed stand beside it, as <file>.keys.json
  --listen    where to listen; 127.0.0.1:8766 where it is not given

  Exit code 0: it was told to stop. 1: it can no longer remember what it cosigns. 2: the command is wrong, or a file
  or the address cannot be used.`,

  async run(args, io) {
    const { name, logs, halls, keyFile, state, host, port } = readArgs(args);
    const keys = await openWitnessKeys(await readLogs(logs), halls, `${state}.keys.json`);
    const memory = await openWitnessState(state);
    const signer = await openSoftwareSigner(keyFile).catch((cause) => {
      throw new UsageError(`--key-file: ${(cause as Error).message}`, { cause });
    });
    const { serveWitness } = await import("./witness-server.ts");
    const server = await serveWitness({ name, keys, memory, signer, host, port });
    io.out.title(`${name} listens at ${server.url}.`);
    for (const origin of keys.logs.keys()) io.out.row("passed", "log", origin);
    io.out.line(`Its key: ${witnessKey(name, signer.publicKey)}`);
    const why = await server.ended;
    await signer.close();
    if (why === null) return 0;
    io.err.line(`hall: ${state} cannot be written, so nothing is cosigned any more: ${why.message}`);
    return 1;
  },
};

async function readLogs(vkeys: readonly string[]) {
  const keys = new Map<string, string[]>();
  for (const vkey of vkeys) {
    if (!isVkey(vkey)) throw new UsageError("--log: expected the vkey of a log: origin+hash+key.");
    try {
      const { name } = await parseVerifierKey(vkey);
      keys.set(name, [...(keys.get(name) ?? []), vkey]);
    } catch (cause) {
      if (!(cause instanceof VerifyError)) throw cause;
      throw new UsageError(`--log: ${cause.message}`, { cause });
    }
  }
  return keys;
}

function readArgs(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: "string" },
      log: { type: "string", multiple: true, default: [] },
      hall: { type: "string", multiple: true, default: [] },
      "key-file": { type: "string" },
      state: { type: "string" },
      listen: { type: "string", default: "127.0.0.1:8766" },
    },
  });
  const { name, log: logs, hall: halls, "key-file": keyFile, state, listen } = values;
  if (name === undefined || !/^[\x21-\x2a\x2c-\x7e]{1,128}$/.test(name))
    throw new UsageError(
      "Expected --name: printable, without spaces or plus signs, like witness.example.org/w1.",
    );
  if (logs.length === 0) throw new UsageError("Expected --log and the vkey of a log.");
  if (keyFile === undefined) throw new UsageError("Expected --key-file and the witness's own key.");
  if (state === undefined) throw new UsageError("Expected --state and a file to remember in.");
  const [, host, port] = /^(.+):([0-9]{1,5})$/.exec(listen) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new UsageError("--listen: expected host:port.");
  return { name, logs, halls, keyFile, state, host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
