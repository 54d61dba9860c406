import { parseArgs } from "node:util";
import { type Replay, replay as replayDecision } from "@guildhall/engine";
import { asciiJson } from "./ascii-json.ts";
import { misshapenInput } from "./check-inputs.ts";
import { type Command, type ExitCode, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { printReplay, replayForPrograms } from "./print-replay.ts";
import { readDecision } from "./read-decision.ts";
import { readInput } from "./read-input.ts";
import { gather } from "./replay-material.ts";

/** Derives a recorded decision again, from its receipt and what that names by digest. */
export const replay: Command = {
  name: "replay",
  summary: "derive a recorded decision again, and say whether it is the same",
  help: `hall replay <receipt.json | -> [--bundle <file>] [--record <file>]... [--profile <file>]... [--payload <file>]
            [--hall <url>] [--json]

  Decides what a receipt records once more: from the receipt's inputs and from the documents that it names by
  digest. These come from files, whose digests are computed and matched, or from a Hall, whose word for them
  is not taken either. Where the two decisions differ, the first difference is named, and the step that tells
  it. The receipt may come with or without its seal; whether it is genuine hall verify answers.

  --bundle    the rule bundle. One that the receipt does not name is used all the same, which is then said:
              so one asks what would have been decided if a rule had been another
  --record    the registry record of a worker that was looked at; again for each further one
  --profile   a profile that the tenant defined; again for each further one
  --payload   the request's body, where the request broke its schema; nothing else needs it
${HALL_OPTIONS_HELP}
  --json      the answer as JSON

  At a Hall the key needs the permissions rule:read, worker:read and profile:read.

  Exit code 0: the same. 1: different. 2: the command is wrong, the file holds no decision, or the Hall
  cannot be asked. 3: it cannot be derived; what is missing is named.`,

  async run(args, io) {
    const { name, isJson, where, ...files } = readArgs(args);
    const hall = where.hall === undefined ? null : await readAddress(where, io);
    const { decision, decidedAt } = readDecision(await readInput(name, io));
    if (decidedAt === null)
      throw new UsageError("The receipt does not say when it was decided, in decided_at.");
    const misshapen = misshapenInput(decision);
    if (misshapen !== null)
      throw new UsageError(`The receipt's ${misshapen} is not as a Hall of this version writes it.`);
    const gathered = await gather(decision, { ...files, hall }, io);
    const again = replayDecision(decision, decidedAt, gathered.material);
    if (isJson) io.out.block(asciiJson(replayForPrograms(decision, again, gathered)));
    else printReplay(decision, again, gathered, io);
    return EXIT_CODES[again.outcome];
  },
};

const EXIT_CODES = { same: 0, different: 1, not_derivable: 3 } as const satisfies Record<
  Replay["outcome"],
  ExitCode
>;

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...HALL_OPTIONS,
      bundle: { type: "string" },
      record: { type: "string", multiple: true, default: [] },
      profile: { type: "string", multiple: true, default: [] },
      payload: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError("Expected one receipt: a file, or - for standard input.");
  const { bundle = null, record: records, profile: profiles, payload = null, json, ...where } = values;
  if ([name, bundle, payload].filter((file) => file === "-").length > 1)
    throw new UsageError("Standard input can be one of the files, not several.");
  return { name, bundle, records, profiles, payload, isJson: json, where };
}
