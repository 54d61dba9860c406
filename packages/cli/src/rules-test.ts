import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { printProblems } from "./print-review.ts";
import { readRules } from "./read-rules.ts";
import { printTests, type TestedRules, testRules, withoutTest } from "./test-rules.ts";

/** Runs the policy tests that a bundle carries: no network, no Hall. */
export const rulesTest: Command = {
  name: "rules test",
  summary: "run the policy tests of a rule bundle, offline",
  help: `hall rules test <bundle.json | -> [--allow-untested] [--json]

  Runs the policy tests that a rule bundle carries, as a Hall runs them before it publishes: ● passed,
  ✕ failed, with what was expected and what the policies said instead. A policy counts as tested where a
  test names it in expect.policies, or where it speaks in a test.

  --allow-untested  policies without a test are told, and are no failure
  --json            the same as JSON

  Exit code 0: all passed. 1: not a rule bundle, a test failed, or a policy has no test.
  2: the command is wrong, or the file cannot be read.`,

  async run(args, io) {
    const { name, mayBeUntested, isJson } = readArgs(args);
    const reading = await readRules(name, io);
    if (!reading.ok) {
      if (isJson) io.out.block(asciiJson({ problems: reading.problems, more: reading.untold }));
      else printProblems(reading, io);
      return 1;
    }
    const tested = testRules(reading.rules);
    if (isJson) io.out.block(asciiJson(tested));
    else print(tested, io);
    const isGood = tested.results.every(({ passed }) => passed);
    return isGood && (mayBeUntested || tested.untested.length === 0) ? 0 : 1;
  },
};

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "allow-untested": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError("Expected one rule bundle: a file, or - for standard input.");
  return { name, mayBeUntested: values["allow-untested"], isJson: values.json };
}

function print(tested: TestedRules, io: Io): void {
  const { results, untested } = tested;
  printTests(tested, io);
  for (const policy of untested) io.out.row("skipped", policy, "has no test.");
  if (results.length + untested.length > 0) io.out.line();
  const failed = results.filter(({ passed }) => !passed).length;
  const words = failed > 0 ? `${failed} of ${counted(results.length, "test")} failed` : "";
  io.out.title(`${words || `${counted(results.length, "test")} passed`}${withoutTest(tested)}.`);
}
