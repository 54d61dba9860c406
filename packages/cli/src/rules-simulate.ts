import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { refusedRules } from "./print-refusal.ts";
import { printProblems } from "./print-review.ts";
import { printSimulation } from "./print-simulation.ts";
import { readRules } from "./read-rules.ts";
import { readSimulation } from "./read-simulation.ts";

/** Asks a Hall what a bundle would change of what it decided last. Nothing is changed by asking. */
export const rulesSimulate: Command = {
  name: "rules simulate",
  summary: "ask a Hall what a rule bundle would change",
  help: `hall rules simulate <bundle.json | -> --hall <url> [--last <number>] [--fail-on-change] [--json]

  Has a Hall decide its last requests once more, under the rules in force and under this bundle, and prints
  what would be decided otherwise: how many, by outcome, by the rule, tenant and worker of now, and the first
  of them one by one. Nothing is published, dispatched or recorded.

${HALL_OPTIONS_HELP}
  --last            how many requests, 1 to 10000; 1000 where it is not given
  --fail-on-change  ends in 1 where anything would be decided otherwise
  --json            the Hall's answer as JSON

  The key needs the permission rule:read.

  Exit code 0: simulated. 1: not a rule bundle; or --fail-on-change, and something changes.
  2: the command is wrong, or the Hall cannot be asked.`,

  async run(args, io) {
    const { name, last, mustNotChange, isJson, where } = readArgs(args);
    const address = await readAddress(where, io);
    const reading = await readRules(name, io);
    if (!reading.ok) {
      if (isJson) io.out.block(asciiJson({ problems: reading.problems, more: reading.untold }));
      else printProblems(reading, io);
      return 1;
    }
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "POST", "wcp/rules/simulate", { bundle: reading.rules.text, last });
    if (!answer.ok) return refusedRules(answer.refusal, io);
    const simulation = readSimulation(answer.body);
    if (isJson) io.out.block(asciiJson(answer.body));
    else printSimulation(simulation, io);
    return mustNotChange && simulation.changed > 0 ? 1 : 0;
  },
};

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...HALL_OPTIONS,
      last: { type: "string", default: "1000" },
      "fail-on-change": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError("Expected one rule bundle: a file, or - for standard input.");
  const { last, json, "fail-on-change": mustNotChange } = values;
  if (!/^[1-9][0-9]{0,4}$/.test(last) || Number(last) > 10_000)
    throw new UsageError("--last: expected a number from 1 to 10000.");
  return { name, last: Number(last), mustNotChange, isJson: json, where: values };
}
