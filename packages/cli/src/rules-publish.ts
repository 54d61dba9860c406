import { parseArgs } from "node:util";
import { parseVerifierKey, VerifyError } from "@guildhall/attestation/verify";
import { type Command, type Io, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { refusedRules } from "./print-refusal.ts";
import { printFindings, printProblems } from "./print-review.ts";
import { printTotals } from "./print-simulation.ts";
import { readProfiles } from "./read-fleet.ts";
import { readKey } from "./read-key.ts";
import { type Rules, readRules } from "./read-rules.ts";
import { readSimulation } from "./read-simulation.ts";
import { reviewRules } from "./review-rules.ts";
import { sendPublication } from "./send-publication.ts";
import { printTests, testRules, withoutTest } from "./test-rules.ts";

/** Puts a bundle in force, after everything has been looked at that can be looked at before. */
export const rulesPublish: Command = {
  name: "rules publish",
  summary: "put a rule bundle in force at a Hall",
  help: `hall rules publish <bundle.json | -> --hall <url> --note <text> [--key <key>] [--yes]

  Lints and tests the bundle here, and refuses what a Hall would refuse. Then asks the Hall what of its last
  1000 requests would be decided otherwise, and, at a terminal, whether to go on. What is published replaces
  what that answer was compared with: where somebody else has published meanwhile, the Hall refuses.

${HALL_OPTIONS_HELP}
  --note      why; it stands in the publication and in its receipt
  --key       the Hall's public key as a vkey, or a file that holds it: the publication's receipt is fetched
              and verified. Again for each further key, where a Hall has changed its own
  --yes       goes on without asking

  The API key needs the permissions rule:read and rule:publish, and receipt:read with --key.

  Exit code 0: published, or in force already. 1: not published: the bundle is refused, here or by the Hall,
  or the answer was no. 2: not published: the command is wrong, or the Hall cannot be asked. 3: there is no
  telling: the Hall's answer was lost, or its receipt is not genuine or says something else.`,

  async run(args, io) {
    const { name, note, keys, isSure, where } = readArgs(args, io);
    const address = await readAddress(where, io);
    const verifierKeys = await Promise.all(keys.map(readVerifierKey));
    const reading = await readRules(name, io);
    if (!reading.ok) {
      printProblems(reading, io);
      return 1;
    }
    const { rules } = reading;
    if (!(await isFit(rules, io))) return 1;

    const { askHall } = await import("./ask-hall.ts");
    const simulated = await askHall(address, "POST", "wcp/rules/simulate", { bundle: rules.text });
    if (!simulated.ok) return refusedRules(simulated.refusal, io);
    const simulation = readSimulation(simulated.body);
    if (simulation.comparedWith === rules.digest) {
      io.out.title("In force already; nothing was published.");
      io.out.line(`${rules.digest}.`);
      return 0;
    }
    printTotals(simulation, io);
    io.out.line();
    if (!isSure && !(await io.confirm?.(`Publish ${rules.digest}?`))) {
      io.out.title("Not published.");
      return 1;
    }
    return sendPublication(rules, { note, replaces: simulation.comparedWith }, { address, verifierKeys }, io);
  },
};

const NOTE_MAX = 1024;

function readArgs(args: string[], { confirm }: Io) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...HALL_OPTIONS,
      note: { type: "string" },
      key: { type: "string", multiple: true, default: [] },
      yes: { type: "boolean", default: false },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError("Expected one rule bundle: a file, or - for standard input.");
  const { note = "", key: keys, yes: isSure } = values;
  if (note.trim() === "") throw new UsageError("Expected --note and why this is published.");
  if (note.length > NOTE_MAX) throw new UsageError(`--note: expected at most ${NOTE_MAX} characters.`);
  if (!isSure && confirm === null)
    throw new UsageError("Expected --yes: there is no terminal at which somebody could be asked.");
  return { name, note, keys, isSure, where: values };
}

async function readVerifierKey(given: string): Promise<string> {
  const key = (await readKey(given)).trim();
  try {
    await parseVerifierKey(key);
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw new UsageError(`--key: ${cause.message}`, { cause });
  }
  return key;
}

/** False where a Hall would refuse the bundle, which is then said. */
async function isFit(rules: Rules, io: Io): Promise<boolean> {
  const known = { workers: null, profiles: await readProfiles(null), isEveryProfile: false };
  const findings = reviewRules(rules, known);
  const errors = findings.filter(({ severity }) => severity === "error");
  const tests = testRules(rules);
  const failed = tests.results.filter(({ passed }) => !passed);
  printFindings(errors, io);
  if (failed.length > 0) printTests({ ...tests, results: failed }, io);
  if (errors.length + failed.length > 0) {
    io.out.title("Not published.");
    return false;
  }
  const more = findings.length - errors.length;
  io.out.line(
    `${counted(rules.bundle.rules.length, "rule")}; ${counted(tests.results.length, "test")} passed` +
      withoutTest(tests) +
      (more === 0 ? "." : `; ${counted(more, "finding")} that \`hall rules lint\` tells.`),
  );
  return true;
}
