import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import type { Command, Io } from "./command.ts";
import { counted } from "./counted.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { objectIn, objectsIn, refused, textIn, wholeIn } from "./hall-answer.ts";
import { isObject, type JsonObject } from "./read-json.ts";
import { unwitnessed } from "./unwitnessed.ts";

/** Who cosigns a Hall's log, and how far each of them is. */
export const witnessesList: Command = {
  name: "witnesses list",
  summary: "show the witnesses that a Hall asks, and how far each has cosigned its log",
  help: `hall witnesses list --hall <url> [--json]

  For each: its name and key, what it cosigned last, how much has been sealed since, and why it did not cosign when it
  was asked last. It is the Hall's word: \`hall verify --witness\` checks a cosignature under a key that you had from the
  witness.

${HALL_OPTIONS_HELP}
  --json      the Hall's answer as JSON

  Any key of a tenant may ask, a session and the operator's token too.

  Exit code 0: they were shown, or there are none. 2: the command is wrong, or the Hall did not answer.`,

  async run(args, io) {
    const options = { ...HALL_OPTIONS, json: { type: "boolean", default: false } } as const;
    const { values } = parseArgs({ args, options });
    const address = await readAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "GET", "wcp/health");
    if (!answer.ok) throw refused(answer.refusal);
    if (values.json) io.out.block(asciiJson(answer.body));
    else if (answer.body.witnesses === undefined) printNone(io);
    else {
      const witnesses = objectIn(answer.body, "witnesses");
      for (const one of objectsIn(witnesses, "asked")) print(one, io);
      io.out.line();
      io.out.line(unwitnessed(witnesses));
    }
    return 0;
  },
};

function printNone({ out }: Io): void {
  out.line(
    "No witness is configured: only who follows the log from outside knows that everybody sees the same.",
  );
  out.line("`hall witness serve` runs one elsewhere, and HALL_WITNESSES of the Hall names it.");
}

function print(one: JsonObject, { out }: Io): void {
  const size = wholeIn(one, "tree_size");
  const behind = wholeIn(one, "behind_leaves");
  const { failure, contradiction } = one;
  const name = textIn(one, "name");
  if (isObject(contradiction)) out.row("failed", "contradicts", name);
  else if (isObject(failure)) out.row("held", "failing", name);
  else if (behind > 0) out.row("held", "behind", name);
  else out.row("passed", "cosigned", name);

  out.line(`  ${textIn(one, "key")}`);
  const at = typeof one.cosigned_at === "string" ? ` at ${one.cosigned_at}` : "";
  out.line(
    size === 0
      ? "  It has cosigned nothing of this log yet."
      : `  It has cosigned ${counted(size, "leaf", "leaves")}${at}; ${behind === 0 ? "nothing" : counted(behind, "leaf", "leaves")} sealed since.`,
  );
  if (isObject(contradiction)) out.line(`  ${contradicts(contradiction)}`);
  if (isObject(failure)) out.line(`  Asked last at ${textIn(failure, "at")}: ${why(failure)}`);
}

function contradicts(contradiction: JsonObject): string {
  const size = counted(wholeIn(contradiction, "tree_size"), "leaf", "leaves");
  return contradiction.is_fork === true
    ? `It has cosigned another history of ${size}. Compare the heads before you rely on this log.`
    : `It has cosigned ${size}, more than this Hall shows. Its database may be an old one: docs/runbooks/restore.md.`;
}

function why(failure: JsonObject): string {
  const code = textIn(failure, "code");
  if (code === "STATUS") {
    const status = wholeIn(failure, "status");
    return `it answered ${status}. ${STATUSES[status] ?? "Its operator knows more."}`;
  }
  return FAULTS[code] ?? code;
}

/** What a witness says by its status (C2SP tlog-witness), and who can do something. */
const STATUSES: Readonly<Record<number, string>> = {
  400: "It could not read the question.",
  403: "It trusts no key that signed the checkpoint: its operator gives it the log's key of today.",
  404: "It does not know this log: its operator adds it (`hall witness serve --log`).",
};

const FAULTS: Readonly<Record<string, string>> = {
  ADDRESS_REFUSED:
    "its address is one that the Hall does not call. The Hall's operator corrects HALL_WITNESSES.",
  UNREACHABLE: "it could not be reached. It is asked again.",
  TIMEOUT: "it did not answer in time. It is asked again.",
  ANSWER_TOO_LARGE: "its answer was too long to be a cosignature.",
  TLS_PIN_MISMATCH: "its server has another key than the one that is pinned.",
  ANSWER_INVALID: "its answer holds no cosignature by the key in HALL_WITNESSES.",
  NOT_ASKED: "the Hall itself could not ask. Its own log says why.",
};
