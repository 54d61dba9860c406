import { agreementsList } from "./agreements-list.ts";
import { apiKeysCreate } from "./api-keys-create.ts";
import { apiKeysList } from "./api-keys-list.ts";
import { apiKeysReportLeak } from "./api-keys-report-leak.ts";
import { apiKeysRevoke } from "./api-keys-revoke.ts";
import { apiKeysRotate } from "./api-keys-rotate.ts";
import { attestBuild } from "./attest-build.ts";
import { attestKeygen } from "./attest-keygen.ts";
import { attestRegister } from "./attest-register.ts";
import { attestShow } from "./attest-show.ts";
import { attestSign } from "./attest-sign.ts";
import { attestVerify } from "./attest-verify.ts";
import { certificatesList } from "./certificates-list.ts";
import { certificatesVerify } from "./certificates-verify.ts";
import { type ExitCode, type Io, UsageError } from "./command.ts";
import { explain } from "./explain.ts";
import { find, groupOf, helpAbout, named, overview } from "./help.ts";
import { keysAttest } from "./keys-attest.ts";
import { keysInit } from "./keys-init.ts";
import { keysList } from "./keys-list.ts";
import { keysRegisterRoot } from "./keys-register-root.ts";
import { keysRotate } from "./keys-rotate.ts";
import { keysVerify } from "./keys-verify.ts";
import { logCheckProof } from "./log-check-proof.ts";
import { logMonitor } from "./log-monitor.ts";
import { logShow } from "./log-show.ts";
import { receiptExport } from "./receipt-export.ts";
import { replay } from "./replay.ts";
import { rulesLint } from "./rules-lint.ts";
import { rulesPublish } from "./rules-publish.ts";
import { rulesSimulate } from "./rules-simulate.ts";
import { rulesTest } from "./rules-test.ts";
import { runnerMeasure } from "./runner-measure.ts";
import { verify } from "./verify.ts";
import { version } from "./version.ts";
import { witnessServe } from "./witness-serve.ts";
import { witnessesList } from "./witnesses-list.ts";
import { workersEnroll } from "./workers-enroll.ts";
import { workersList } from "./workers-list.ts";

const topics = [
  verify,
  explain,
  receiptExport,
  replay,
  rulesLint,
  rulesTest,
  rulesSimulate,
  rulesPublish,
  attestKeygen,
  attestBuild,
  attestSign,
  attestVerify,
  attestRegister,
  attestShow,
  runnerMeasure,
  agreementsList,
  certificatesList,
  certificatesVerify,
  apiKeysList,
  apiKeysCreate,
  apiKeysRotate,
  apiKeysRevoke,
  apiKeysReportLeak,
  workersEnroll,
  workersList,
  keysInit,
  keysAttest,
  keysVerify,
  keysList,
  keysRotate,
  keysRegisterRoot,
  logShow,
  logMonitor,
  logCheckProof,
  witnessesList,
  witnessServe,
  version,
];
const help = helpAbout(topics);
const commands = [...topics, help];

/** Runs one command line. Whatever kept it from an answer is told on `err` and ends in 2. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { name, rest } = named(args, commands);
  try {
    switch (name) {
      case "":
        io.err.block(overview(commands));
        return 2;
      case "--help":
      case "-h":
        return await help.run(rest, io);
      case "--version":
      case "-v":
        return await version.run(rest, io);
      default: {
        if (rest.includes("--help") || rest.includes("-h")) return await help.run(name.split(" "), io);
        const group = groupOf(name, commands);
        if (group.length === 0) return await find(name, commands).run(rest, io);
        io.err.block(overview(group));
        return 2;
      }
    }
  } catch (error) {
    if (!(error instanceof UsageError) && !isParseArgsError(error)) throw error;
    io.err.line(`hall: ${error.message}`);
    return 2;
  }
}

/** `parseArgs` names an unknown or half-given option by such an error. */
function isParseArgsError(error: unknown): error is Error {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}
