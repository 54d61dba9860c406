import { parseArgs } from "node:util";
import {
  type ReadReceipt,
  type Verdict,
  verifySealedReceipt,
  verifyUnderHistory,
  type Witnesses,
} from "@guildhall/attestation/verify";
import { asciiJson } from "./ascii-json.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { readHistory } from "./read-history.ts";
import { readInput } from "./read-input.ts";
import { isVkey, readKey } from "./read-key.ts";
import { MEANINGS } from "./verify-meanings.ts";

/** Checks a sealed receipt against a Hall's public key: no network, no Hall, no account. */
export const verify: Command = {
  name: "verify",
  summary: "check a sealed receipt against a Hall's public key, offline",
  help: `hall verify <receipt.json | -> --key <key> [--previous <receipt.json>] [--json]
hall verify <receipts.jsonl | -> --lines --key <key> [--with-gaps]
hall verify <bodies.jsonl | -> --checkpoint <file> --key <key>

  Checks a sealed receipt, {receipt, seal}, with nothing but the Hall's public key.

  --key       the key as a vkey (origin+hash+key), or a file that holds a vkey or a PEM public key;
              again for each further key, where a Hall has changed its own
  --keys      the history of the log's keys, as /.well-known/hall-keys.json gives it: leads from the one --key that
              you pinned to the key that sealed this receipt, or says why not
  --witness   the key of a witness that you trust, as \`hall witness serve\` prints it, or a file that holds it; again for
              each further one. The checkpoint must be cosigned by them
  --threshold how many of the witnesses; all of them where it is not said
  --previous  the receipt directly before it in its chain, to check the link between the two
  --json      the verdict as JSON
  --lines     the file holds many sealed receipts, one on each line; each is checked, and that those of one chain follow
              each other and name rules that the chain put in force; those that fail are named
  --with-gaps with --lines: the file is a selection, so receipts may be missing between the lines
  --checkpoint  the file holds every body of a log, one on each line and in its order: exactly the bytes that
              were hashed. They are folded into the root that the checkpoint signs; then each is read

  Exit code 0: verified. 1: not verified. 2: the command is wrong, or a file cannot be read.`,

  async run(args, io) {
    const { receipt, keys, historyFile, previous, isJson, isLines, withGaps, checkpoint, ...more } =
      readArgs(args);
    const witnesses = await readWitnessKeys(more);
    if (isLines || checkpoint !== null) {
      const { verifyBodies, verifyLines } = await import("./verify-lines.ts");
      const texts = await Promise.all(keys.map((given) => readKey(given)));
      return checkpoint === null
        ? verifyLines(receipt, texts, io, { witnesses, withGaps })
        : verifyBodies(receipt, await readInput(checkpoint, io), texts, io, witnesses);
    }
    const input = await readInput(receipt, io);
    const texts = await Promise.all(keys.map((given) => readKey(given)));
    const before = previous === null ? undefined : await readInput(previous, io);
    const verdict =
      historyFile === null
        ? await verifySealedReceipt(input, texts, { previous: before, witnesses })
        : await verifyUnderHistory(input, texts[0] ?? "", await readHistory(historyFile, io), {
            previous: before,
            witnesses,
          });
    // No answer about the receipt: it was not asked.
    if (!verdict.ok && verdict.code === "KEY_MALFORMED")
      throw new UsageError(`--key or --witness: ${verdict.message}`);
    if (!verdict.ok && verdict.code === "ED25519_UNAVAILABLE") throw new UsageError(verdict.message);
    if (isJson) io.out.block(asciiJson(verdict));
    else print(verdict, texts, io);
    return verdict.ok ? 0 : 1;
  },
};

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      key: { type: "string", multiple: true, default: [] },
      keys: { type: "string" },
      witness: { type: "string", multiple: true, default: [] },
      threshold: { type: "string" },
      previous: { type: "string" },
      json: { type: "boolean", default: false },
      lines: { type: "boolean", default: false },
      "with-gaps": { type: "boolean", default: false },
      checkpoint: { type: "string" },
    },
  });
  const [receipt, ...more] = positionals;
  if (receipt === undefined) throw new UsageError("Expected a receipt: a file, or - for standard input.");
  if (more.length > 0) throw new UsageError("Expected one receipt; verify them one by one.");
  if (values.key.length === 0) throw new UsageError("Expected --key and the Hall's public key.");
  const { keys: historyFile = null } = values;
  if (historyFile !== null && (values.key.length > 1 || isManyAtOnce(values)))
    throw new UsageError("With --keys expected one --key, the one that you pinned, and one receipt.");
  const { previous = null, checkpoint = null, lines: isLines } = values;
  if ([isLines, checkpoint !== null, previous !== null || values.json].filter(Boolean).length > 1)
    throw new UsageError(
      "Expected one of --lines and --checkpoint, and neither --previous nor --json with them.",
    );
  if (receipt === "-" && checkpoint === "-")
    throw new UsageError("Standard input can be the bodies or the checkpoint, not both.");
  if (receipt === "-" && previous === "-")
    throw new UsageError("Standard input can be the receipt or the one before it, not both.");
  const { witness, threshold = null, json: isJson, "with-gaps": withGaps } = values;
  if (withGaps && !isLines) throw new UsageError("--with-gaps: expected --lines with it.");
  if (threshold !== null && (witness.length === 0 || !/^[1-9][0-9]?$/.test(threshold)))
    throw new UsageError("--threshold: expected a number from 1 on, and the witnesses by --witness.");
  return {
    receipt,
    keys: values.key,
    historyFile,
    previous,
    isJson,
    isLines,
    withGaps,
    checkpoint,
    witness,
    threshold,
  };
}

async function readWitnessKeys({
  witness,
  threshold,
}: {
  witness: string[];
  threshold: string | null;
}): Promise<Witnesses | undefined> {
  if (witness.length === 0) return undefined;
  const keys = await Promise.all(witness.map((given) => readKey(given, "--witness")));
  return { keys, threshold: threshold === null ? keys.length : Number(threshold) };
}

function isManyAtOnce({ lines, checkpoint }: { lines: boolean; checkpoint?: string | undefined }): boolean {
  return lines || checkpoint !== undefined;
}

function print(verdict: Verdict, keys: string[], { out }: Io): void {
  for (const { name, result, detail } of verdict.checks) out.row(result, name, detail);
  out.line();
  if (!verdict.ok) {
    out.title(`Not verified: ${verdict.code}.`);
    out.line(MEANINGS[verdict.code]);
    return;
  }
  const { receipt, treeSize, knownKind } = verdict;
  out.title("Verified.");
  out.line(
    `Receipt ${receipt.receipt_id} is number ${receipt.seq} of its chain and leaf ${receipt.leaf_index} of the ` +
      `${treeSize} that ${receipt.hall} has signed for.`,
  );
  if (typeof receipt.signing_module === "string")
    out.line(`By its own words, the key that seals it lives in: ${receipt.signing_module}.`);
  out.line(
    knownKind ? whatItRecords(receipt) : `Its kind, ${receipt.kind}, is unknown here; its seal is good.`,
  );
  if (!keys.some(isVkey))
    out.line(`The key names no Hall: that it is the key of ${receipt.hall} is for you to know.`);
}

function whatItRecords(receipt: ReadReceipt): string {
  const { kind, decided_at: at } = receipt;
  switch (kind) {
    case "decision":
      return `It records ${receipt.policy_decision} for ${receipt.capability_id ?? "a request that broke its schema"}, decided ${at}.`;
    case "outcome":
      return `It records that the work of decision ${receipt.decision_id} ${words(receipt.status)}, ${at}.`;
    default:
      return `It records: ${kind} ${receipt.subject} ${words(receipt.action)}, ${at}.`;
  }
}

function words(value: unknown): string {
  return String(value).replaceAll("_", " ");
}
