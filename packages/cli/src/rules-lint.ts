import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import { type Command, type ExitCode, type Io, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { printFindings, printProblems } from "./print-review.ts";
import { readProfiles, readWorkers } from "./read-fleet.ts";
import { type Rules, type RulesReading, readRules } from "./read-rules.ts";
import { type BundleFinding, reviewRules } from "./review-rules.ts";

/** Says what is wrong with a rule bundle before anybody publishes it: no network, no Hall. */
export const rulesLint: Command = {
  name: "rules lint",
  summary: "say what is wrong with a rule bundle, offline",
  help: `hall rules lint <bundle.json | -> [--workers <records.json>] [--profiles <profiles.json>] [--json]

  Reads a rule bundle as a Hall does, and says of each problem in which rule it is, where, and what should
  stand there. Of a bundle that can be read it says what its author should know: ✕ errors (rules that never
  match), ‖ warnings (rules that match and must fail), ○ notes (pairs of rules that quarrel).

  --workers   a JSON list of worker records: rules are held against what these workers serve and implement.
              Without it nothing is said about workers
  --profiles  a JSON list of the profiles that the tenant defined itself. Without it any profile id is
              taken to be one of those
  --json      the same as JSON

  Exit code 0: clean, or warnings and notes alone. 1: problems or errors; a Hall would refuse it.
  2: the command is wrong, or a file cannot be read.`,

  async run(args, io) {
    const { name, workers, profiles, isJson } = readArgs(args);
    const known = {
      workers: workers === null ? null : await readWorkers(workers),
      profiles: await readProfiles(profiles),
      isEveryProfile: profiles !== null,
    };
    const reading = await readRules(name, io);
    const findings = reading.ok ? reviewRules(reading.rules, known) : [];
    if (isJson) io.out.block(asciiJson(told(reading, findings)));
    else if (reading.ok) print(reading.rules, findings, workers !== null, io);
    else printProblems(reading, io);
    return exitCode(reading, findings);
  },
};

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      workers: { type: "string" },
      profiles: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError("Expected one rule bundle: a file, or - for standard input.");
  const { workers = null, profiles = null, json } = values;
  return { name, workers, profiles, isJson: json };
}

function exitCode(reading: RulesReading, findings: readonly BundleFinding[]): ExitCode {
  return reading.ok && !findings.some(({ severity }) => severity === "error") ? 0 : 1;
}

function told(reading: RulesReading, findings: readonly BundleFinding[]): object {
  if (!reading.ok) {
    const { problems, untold } = reading;
    return { digest: null, problems, more: untold, findings: [] };
  }
  const { digest, bundle } = reading.rules;
  return {
    digest,
    rules: bundle.rules.length,
    policies: bundle.policies.length,
    tests: bundle.policy_tests.length,
    problems: [],
    more: 0,
    findings,
  };
}

function print(
  { bundle, digest }: Rules,
  findings: readonly BundleFinding[],
  hasWorkers: boolean,
  io: Io,
): void {
  printFindings(findings, io);
  const { rules, policies, policy_tests } = bundle;
  const size = [
    counted(rules.length, "rule"),
    `${policies.length} ${policies.length === 1 ? "policy" : "policies"}`,
    counted(policy_tests.length, "test"),
  ].join(", ");
  const errors = findings.filter(({ severity }) => severity === "error").length;
  io.out.title(
    errors > 0
      ? `A Hall would refuse it: ${counted(errors, "rule")} can never match.`
      : findings.length === 0
        ? "Clean."
        : "Nothing that a Hall would refuse.",
  );
  io.out.line(`${size}; ${digest}.`);
  if (!hasWorkers) io.out.line("Whether workers can do what it asks was not looked at: give --workers.");
}
