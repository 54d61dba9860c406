import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Command, type ExitCode, type Io, UsageError } from "./command.ts";
import { keepKeys, keepState, readKeys, readState, writeProof } from "./monitor-state.ts";
import { readKey } from "./read-key.ts";

/** Follows a log from outside and keeps what it once signed. */
export const logMonitor: Command = {
  name: "log monitor",
  summary: "follow a Hall's log from outside; a fork or a shrunken tree leaves a proof",
  help: `hall log monitor <hall-url> --key <key> --state <file> [--once] [--interval <seconds>]

  Fetches the log's newest checkpoint and, by its tiles, holds it to the one kept from before: it must begin
  with everything that was there. No account is needed. Run it where the Hall's operator has no hand.

  --key       the log's key as a vkey (origin+hash+key), or a file that holds a vkey or a PEM public key. Where the
              Hall changes it, the log's own entries lead to the next one, and nothing else does
  --state     the file that keeps the newest checkpoint seen; made at the first look. Beside it, as <file>.keys.json,
              the entries of the log's keys that were followed
  --once      look once, and end
  --interval  seconds between looks; 60 where it is not given

  Where the log breaks its promise, the proof is written beside the state file, and the state stays as it was.
  \`hall log check-proof\` checks it anywhere.

  Exit code 0: the log only grew. 1: it did not, and a proof was written; or what it shows is not signed by the
  key. 2: the command is wrong, or a file cannot be read or written. 3: with --once, the Hall could not be asked.`,

  async run(args, io) {
    const { url, keys, state, isOnce, intervalMs } = readArgs(args);
    const texts = await Promise.all(keys.map((given) => readKey(given)));
    for (;;) {
      const code = await look(url, texts, state, io);
      if (isOnce || code === 1) return code;
      await wait(intervalMs);
    }
  },
};

async function look(url: string, keys: readonly string[], state: string, io: Io): Promise<ExitCode> {
  const kept = await readState(state);
  const { watchLog } = await import("./ask-hall.ts");
  const history = await readKeys(state);
  const seen = await watchLog({ url, keys, history }, kept, Date.now());
  switch (seen.outcome) {
    case "unanswered":
      io.err.line(`hall: ${seen.why}`);
      return 3;
    case "unsigned":
      io.out.row("failed", "checkpoint", seen.why);
      return 1;
    case "misbehaved": {
      const file = await writeProof(state, seen.proof);
      if (seen.history.length > 0) await keepKeys(state, seen.history);
      io.out.row("failed", seen.proof.kind, MEANINGS[seen.proof.kind]);
      io.out.line(`The proof is ${file}. Keep it: the log cannot take it back.`);
      return 1;
    }
    case "unchanged":
      io.out.row("passed", "unchanged", `${seen.head.origin} still has ${seen.head.treeSize} leaves.`);
      return 0;
    case "first":
      await keep(state, seen);
      io.out.row(
        "passed",
        "first",
        `${seen.head.origin} has ${seen.head.treeSize} leaves; it is held to them now.`,
      );
      return 0;
    case "grown":
      await keep(state, seen);
      io.out.row(
        "passed",
        "grown",
        `${seen.head.origin} grew from ${seen.before.treeSize} to ${seen.head.treeSize} leaves and begins with what was there.`,
      );
      return 0;
  }
}

/** The keys first: a checkpoint that nothing kept leads to could not be read at the next look. */
async function keep(
  state: string,
  { head, history }: { head: { note: string }; history: readonly unknown[] },
) {
  if (history.length > 0) await keepKeys(state, history);
  await keepState(state, head.note);
}

const MEANINGS = {
  fork: "The log has signed two histories. Its own two signatures prove it.",
  rollback: "The log shows fewer leaves than it once signed for.",
  tiles: "The log serves a tree that is not the one it signed.",
} as const;

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      key: { type: "string", multiple: true, default: [] },
      state: { type: "string" },
      once: { type: "boolean", default: false },
      interval: { type: "string", default: "60" },
    },
  });
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0)
    throw new UsageError("Expected the address of one Hall, like https://hall.example.org.");
  if (values.key.length === 0) throw new UsageError("Expected --key and the log's public key.");
  if (values.state === undefined)
    throw new UsageError("Expected --state and a file to keep the checkpoint in.");
  const seconds = Number(values.interval);
  if (!/^[0-9]{1,6}$/.test(values.interval) || seconds === 0)
    throw new UsageError("--interval: expected seconds, 1 or more.");
  return { url, keys: values.key, state: values.state, isOnce: values.once, intervalMs: seconds * 1000 };
}
