import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { refused, textIn } from "./hall-answer.ts";
import { isObject, type JsonObject } from "./read-json.ts";
import type { Mark } from "./terminal.ts";

/** How one worker's code stands at a Hall. */
export const attestShow: Command = {
  name: "attest show",
  summary: "show how a worker's code stands at a Hall: registered, measured, flagged",
  help: `hall attest show <worker-id> --hall <url> [--json]

  What was registered of its code and by whom, how it was measured last, and whether it is flagged for code that differed:
  since when, by which measurement, and who cleared a flag before and why. Each with its receipt.

  No hash of code is shown: who may ask this may be who would forge one. The receipts commit to the hashes, and a member
  with the role compliance opens them.

${HALL_OPTIONS_HELP}
  --json      the Hall's answer as JSON

  The API key needs the permission attestation:read.

  Exit code 0: it was shown. 2: the command is wrong, nothing is registered for the worker, or the Hall did not answer.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...HALL_OPTIONS, json: { type: "boolean", default: false } },
    });
    const [workerId, ...more] = positionals;
    if (workerId === undefined || more.length > 0) throw new UsageError("Expected the id of one worker.");
    const address = await readAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "GET", `wcp/workers/${encodeURIComponent(workerId)}/attestation`);
    if (!answer.ok && answer.refusal.code === "NOT_FOUND")
      throw new UsageError(
        `No code is registered for ${workerId}. \`hall workers list\` shows who is enrolled; \`hall attest register\` registers a package.`,
      );
    if (!answer.ok) throw refused(answer.refusal);
    if (values.json) io.out.block(asciiJson(answer.body));
    else print(answer.body, io);
    return 0;
  },
};

function print(body: JsonObject, { out }: Io): void {
  const field = (name: string) => textIn(body, name);
  const state = field("state");
  const { mark, sentence } = STATES[state] ?? { mark: "skipped", sentence: null };
  out.row(mark, state, `${field("worker_id")} version ${field("worker_version")}`);
  if (sentence !== null) out.line(`  ${sentence}`);
  out.line();

  out.line(
    `Registered    ${field("registered_at")} by ${field("registered_by")}, receipt ${field("receipt_id")}`,
  );
  out.line(`              a statement by a key of ${field("namespace")}, ${field("envelope_digest")}`);
  out.line(`Least method  ${field("method")}`);
  const { measured, cleared } = body;
  const name = state === "flagged" ? "Differed" : "Measured";
  out.line(
    `${name.padEnd(NAME_WIDTH)}${isObject(measured) ? measurement(measured, state) : "nothing that counts"}`,
  );
  if (typeof body.flagged_since === "string")
    out.line(`Flagged       ${body.flagged_since}, alert ${field("flag_receipt_id")}`);
  if (isObject(cleared)) {
    out.line(
      `Cleared       ${textIn(cleared, "at")} by ${textIn(cleared, "by")}: ${textIn(cleared, "reason")}`,
    );
    out.line(
      `              a flag of ${textIn(cleared, "flagged_at")}, alert ${textIn(cleared, "flag_receipt_id")}`,
    );
  }
}

const NAME_WIDTH = 14;

function measurement(measured: JsonObject, state: string): string {
  const field = (name: string) => textIn(measured, name);
  const until = state === "flagged" ? "" : `, until ${field("valid_until")}`;
  return `${field("at")} by ${field("method")}${until}, receipt ${field("receipt_id")}`;
}

/** What follows from each state, and what to do. */
const STATES: Readonly<Record<string, { mark: Mark; sentence: string }>> = {
  unmeasured: {
    mark: "held",
    sentence: "It was not measured yet, so it runs nothing: `hall runner measure`, beside the worker.",
  },
  matches: { mark: "passed", sentence: "What was measured last is what was registered." },
  expired: {
    mark: "held",
    sentence:
      "The last measurement is too old to count, so it runs nothing: `hall runner measure`, beside the worker.",
  },
  flagged: {
    mark: "failed",
    sentence:
      "A measurement differed from what was registered. It runs nothing until an operator clears the flag with a reason and it is measured again: docs/attest-a-worker.md.",
  },
  key_retired: {
    mark: "failed",
    sentence:
      "The key that signed for it was retired, so it runs nothing: sign it anew and `hall attest register`.",
  },
};
