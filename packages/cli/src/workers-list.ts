import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import type { Command } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { objectsIn, refused, textIn } from "./hall-answer.ts";

export const workersList: Command = {
  name: "workers list",
  summary: "show the workers that are enrolled at a Hall",
  help: `hall workers list --hall <url> [--json]

  Newest first: state, worker, species, and what it serves.

${HALL_OPTIONS_HELP}
  --json      the Hall's answer as JSON

  The API key needs the permission worker:read.

  Exit code 0: they were shown. 2: the command is wrong, or the Hall did not answer.`,

  async run(args, io) {
    const options = { ...HALL_OPTIONS, json: { type: "boolean", default: false } } as const;
    const { values } = parseArgs({ args, options });
    const address = await readAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "GET", "wcp/workers");
    if (!answer.ok) throw refused(answer.refusal);
    if (values.json) io.out.block(asciiJson(answer.body));
    else
      for (const one of objectsIn(answer.body, "workers")) {
        const status = textIn(one, "status");
        const mark = status === "active" ? "passed" : status === "suspended" ? "held" : "failed";
        io.out.row(mark, status, textIn(one, "worker_id"));
        const serves = Array.isArray(one.capabilities) ? one.capabilities.join(", ") : "";
        io.out.line(`  ${textIn(one, "worker_species_id")}: ${serves}`);
      }
    return 0;
  },
};
