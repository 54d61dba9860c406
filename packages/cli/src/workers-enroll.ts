import { parseArgs } from "node:util";
import { recordHash } from "@guildhall/attestation";
import { plainValue, readStrictJsonWithLexemes } from "@guildhall/protocol";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { refused, textIn, wholeIn } from "./hall-answer.ts";
import { readInput } from "./read-input.ts";
import { isObject, notStrict } from "./read-json.ts";

/** Hands a registry record to a Hall, as the text that it is: its hash covers how it is written. */
export const workersEnroll: Command = {
  name: "workers enroll",
  summary: "enroll a worker by its registry record",
  help: `hall workers enroll <record.json | -> --hall <url>

  Reads the record and enrolls it; a worker that is enrolled already gets it as its next version. Where the
  record names no artifact_hash, it is computed and put in front. Everything that is wrong with the record is told at
  once, and so is what of it the Hall's catalog does not list; the catalog is advice, and keeps nobody out.

${HALL_OPTIONS_HELP}

  The API key needs the permission worker:enroll.

  Exit code 0: enrolled. 1: the Hall refuses the record. 2: the command is wrong, or the Hall cannot be asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: HALL_OPTIONS });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new UsageError("Expected one file: the record, or - for standard input.");
    const address = await readAddress(values, io);
    const record = withHash(Buffer.from(await readInput(file, io)).toString("utf8"));
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "POST", "wcp/workers", { record });
    if (!answer.ok) {
      const { problems } = answer.refusal.detail;
      if (!Array.isArray(problems)) throw refused(answer.refusal);
      for (const problem of problems.filter(isObject))
        io.err.row("failed", String(problem.path), `expected ${String(problem.expected)}`);
      io.err.title(`The Hall refuses. ${answer.refusal.message}`);
      return 1;
    }
    const { warnings = [] } = answer.body;
    for (const warning of Array.isArray(warnings) ? warnings.filter(isObject) : [])
      io.err.row("held", String(warning.id), String(warning.says));
    io.out.title(`Enrolled ${textIn(answer.body, "worker_id")}, version ${wholeIn(answer.body, "version")}.`);
    io.out.line(`Receipt ${textIn(answer.body, "receipt_id")}.`);
    return 0;
  },
};

/** The text itself, so that no number of it is written anew. */
function withHash(text: string): string {
  try {
    const node = readStrictJsonWithLexemes(text, { bigIntegers: true });
    const value = plainValue(node);
    if (typeof value !== "object" || value === null || Array.isArray(value) || "artifact_hash" in value)
      return text;
    const comma = Object.keys(value).length === 0 ? "" : ",";
    return `{"artifact_hash":"${recordHash(node)}"${comma}${text.slice(text.indexOf("{") + 1)}`;
  } catch (cause) {
    throw notStrict(cause, "The record");
  }
}
