import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { refused, textIn } from "./hall-answer.ts";
import { readBeside, readOwnManifest } from "./package-folder.ts";

/** Hands a signed package's statement to a Hall: from then on the worker is held to that code. */
export const attestRegister: Command = {
  name: "attest register",
  summary: "register a signed package at a Hall",
  help: `hall attest register <folder> --hall <url>

  Sends manifest.sig. The Hall takes it where a key that it has registered for the worker's namespace has signed it.
  From then on the worker runs only while what is measured of it is what was registered.

${HALL_OPTIONS_HELP}

  The API key needs the permission attestation:register.

  Exit code 0: registered. 2: the command is wrong, nothing is signed, or the Hall refuses or cannot be asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: HALL_OPTIONS });
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) throw new UsageError("Expected one folder: the package.");
    const address = await readAddress(values, io);
    const { worker_id } = await readOwnManifest(folder);
    const envelope = await readBeside(folder, "manifest.sig");
    if (envelope === null)
      throw new UsageError(`${folder} has no manifest.sig; \`hall attest sign --key-file\` writes it.`);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "POST", `wcp/workers/${worker_id}/attestation`, {
      envelope: Buffer.from(envelope).toString("utf8"),
    });
    if (!answer.ok) throw refused(answer.refusal);
    io.out.title("Registered.");
    io.out.line(`Receipt ${textIn(answer.body, "receipt_id")}.`);
    return 0;
  },
};
