import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { objectsIn, refused, textIn } from "./hall-answer.ts";

/** The certificates of a tenant's workers, or the text of one. Certifying is a person's act, and no key's. */
export const certificatesList: Command = {
  name: "certificates list",
  summary: "show what a Hall has certified, or print one certificate",
  help: `hall certificates list --hall <url> [--worker <id>] [--pem <certificate id>] [--json]

  Newest first: state, worker, what it is certified for, and until when. Issuing, renewing and revoking are acts of a
  compliance officer, at the console or with a session.

${HALL_OPTIONS_HELP}
  --worker    those of one worker
  --pem       prints the one with this id in PEM, for \`hall certificates verify\` or openssl
  --json      the Hall's answer as JSON

  Exit code 0: they were shown. 2: the command is wrong, or the Hall did not answer.`,

  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        ...HALL_OPTIONS,
        worker: { type: "string" },
        pem: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    if (values.pem !== undefined && values.worker !== undefined)
      throw new UsageError("Expected --pem or --worker, not both.");
    const hall = await readAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const path =
      values.pem !== undefined
        ? `wcp/certificates/${encodeURIComponent(values.pem)}`
        : `wcp/certificates${values.worker === undefined ? "" : `?worker_id=${encodeURIComponent(values.worker)}`}`;
    const answer = await askHall(hall, "GET", path);
    if (!answer.ok) throw refused(answer.refusal);
    if (values.json) io.out.block(asciiJson(answer.body));
    else if (values.pem !== undefined) io.out.block(textIn(answer.body, "pem").trimEnd());
    else
      for (const one of objectsIn(answer.body, "certificates")) {
        const field = (name: string) => textIn(one, name);
        const words = (name: string) => (Array.isArray(one[name]) ? one[name].join(", ") : "");
        io.out.row(field("state") === "valid" ? "passed" : "failed", field("state"), field("worker_id"));
        io.out.line(`  ${field("certificate_id")} until ${field("valid_until")}`);
        io.out.line(
          `  ${words("capabilities")} in ${words("environments")} with ${words("data_labels")} data`,
        );
      }
    return 0;
  },
};
