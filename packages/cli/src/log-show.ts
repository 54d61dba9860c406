import { parseArgs } from "node:util";
import {
  type Cosignature,
  checkCosignatures,
  parseNote,
  type VerifierKey,
  VerifyError,
} from "@guildhall/attestation/verify";
import type { Command, Io } from "./command.ts";
import { counted } from "./counted.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readOpenAddress } from "./hall-address.ts";
import { type HallAnswer, NoAnswer, objectIn, objectsIn, refused, textIn, wholeIn } from "./hall-answer.ts";
import type { JsonObject } from "./read-json.ts";
import { unwitnessed } from "./unwitnessed.ts";

/** The head of a log as a Hall shows it, and how to hold the Hall to it. */
export const logShow: Command = {
  name: "log show",
  summary: "show a Hall's log: its signed head, who cosigned it, and how to check it from outside",
  help: `hall log show --hall <url> [--key-file <file>]

  Fetches the newest checkpoint: the log's origin, its size and root, the key that signed it, and the witnesses that
  cosigned it. The signatures and the tree's right edge are checked, under the keys that the Hall names itself: whoever
  relies on it takes a key from elsewhere, and \`hall log monitor\`. No account is needed. With an API key it also says how
  much waits for a seal, and for a witness.

${HALL_OPTIONS_HELP}

  Exit code 0: it was shown. 1: the Hall shows a head that its own key or a witness's did not sign, or another tree.
  2: the command is wrong, or the Hall did not answer.`,

  async run(args, io) {
    const { values } = parseArgs({ args, options: HALL_OPTIONS });
    const { url, apiKey } = await readOpenAddress(values, io);
    const { askHall, watchLog } = await import("./ask-hall.ts");
    const keys = bodyOf(await askHall({ url }, "GET", ".well-known/hall-keys.json"));
    const verifierKey = textIn(keys, "verifier_key");
    const seen = await watchLog({ url, keys: [verifierKey], history: [] }, null, Date.now());
    switch (seen.outcome) {
      case "unanswered":
        throw new NoAnswer(`There is no checkpoint to show. ${seen.why}`);
      case "unsigned":
        io.out.row("failed", "checkpoint", seen.why);
        return 1;
      case "misbehaved":
        io.out.row("failed", "tree", "The Hall serves a tree that is not the one it signed.");
        io.out.line("`hall log monitor` writes a proof of it.");
        return 1;
    }
    const { origin, treeSize, root, note } = seen.head;
    io.out.title(`${origin} has ${counted(treeSize, "leaf", "leaves")}.`);
    io.out.row("passed", "root", Buffer.from(root).toString("base64"));
    io.out.row("passed", "signed by", verifierKey);
    const isCosignedWell = await printCosignatures(note, keys, io);
    if (apiKey !== null) printState(bodyOf(await askHall({ url, apiKey }, "GET", "wcp/health")), io);
    printHowToCheck(url, verifierKey, io);
    return isCosignedWell ? 0 : 1;
  },
};

function bodyOf(answer: HallAnswer): JsonObject {
  if (!answer.ok) throw refused(answer.refusal);
  return answer.body;
}

/** A line of a witness that the Hall does not name is nobody's here, and is passed over. @returns false where one is false */
async function printCosignatures(note: string, keys: JsonObject, { out }: Io): Promise<boolean> {
  const parsed = parseNote(note);
  const publicKeys = objectsIn(keys, "keys")
    .filter(({ roles }) => Array.isArray(roles) && roles.includes("witness"))
    .map((key) => new Uint8Array(Buffer.from(textIn(key, "spki"), "base64").subarray(-32)));
  // A witness's key is registered without its name; the line that it signed has the name.
  const known = parsed.signatures.flatMap(({ name }) =>
    publicKeys.map((publicKey): VerifierKey => ({ name, publicKey })),
  );
  let cosignatures: Cosignature[];
  try {
    cosignatures = await checkCosignatures(parsed, known);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    out.row("failed", "cosigned by", error.message);
    return false;
  }
  for (const { witness, timeS } of cosignatures)
    out.row("passed", "cosigned by", `${witness} at ${new Date(timeS * 1000).toISOString()}`);
  if (cosignatures.length === 0)
    out.row(
      "skipped",
      "cosigned by",
      publicKeys.length === 0 ? "nobody: no witness is named" : "nobody yet, of this head",
    );
  return true;
}

function printState(health: JsonObject, { out }: Io): void {
  const log = objectIn(health, "log");
  const waiting = wholeIn(log, "tree_size") - wholeIn(log, "sealed_size");
  const at = typeof log.sealed_at === "string" ? `, last at ${log.sealed_at}` : "";
  const state = textIn(log, "state");
  if (state === "signer_lost") out.row("failed", "sealed", "The signer cannot sign, so nothing runs.");
  else if (waiting > 0)
    out.row("held", "sealed", `${counted(waiting, "entry", "entries")} wait for a seal${at}.`);
  else out.row("passed", "sealed", `Everything${at}.`);
  if (health.witnesses === undefined) return;
  const witnesses = objectIn(health, "witnesses");
  const isContradicted = Array.isArray(witnesses.contradicted) && witnesses.contradicted.length > 0;
  if (isContradicted)
    out.row("failed", "witnesses", "One saw another log than this: `hall witnesses list` says which.");
  else
    out.row(
      wholeIn(witnesses, "unwitnessed_leaves") > 0 ? "held" : "passed",
      "witnesses",
      unwitnessed(witnesses),
    );
}

function printHowToCheck(url: string, verifierKey: string, { out }: Io): void {
  out.line();
  out.line("To hold the Hall to it, with a key that you had from elsewhere:");
  out.line(`  hall log monitor ${url} --key ${quoted(verifierKey)} --state hall.checkpoint`);
  out.line(`  hall verify receipt.json --key ${quoted(verifierKey)}`);
  out.line(
    "What is served, and what a proof is worth: docs/log.md. Without our software: docs/verify-a-receipt.md.",
  );
}

/** For a shell: the Hall chose the name in it, and whoever reads this pastes it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
