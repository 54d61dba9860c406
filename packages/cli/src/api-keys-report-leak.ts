import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { refused } from "./hall-answer.ts";
import { readInput } from "./read-input.ts";

const KEY_MAX_BYTES = 512;

/** Tells a Hall that the text of a key is out. Needs no credential. */
export const apiKeysReportLeak: Command = {
  name: "api-keys report-leak",
  summary: "report an API key that was found where it should not be; a key of that Hall is revoked",
  help: `hall api-keys report-leak --hall <url> [<file>]

  Reads the text of the key from the file, or from standard input: a key never stands on the command line, where other
  people could see it. The Hall's answer is the same for a key of its own and for any other text.

  --hall      the Hall's address, like https://hall.example.org

  Exit code 0: the Hall has the report. 2: the command is wrong, or the Hall cannot be asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { hall: { type: "string" } },
    });
    const [file = "-", ...more] = positionals;
    if (values.hall === undefined || more.length > 0)
      throw new UsageError("Expected --hall and the Hall's address, and at most one file.");
    const key = Buffer.from(await readInput(file, io, KEY_MAX_BYTES))
      .toString("utf8")
      .trim();
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall({ url: values.hall }, "POST", "wcp/keys/report-leak", { key });
    if (!answer.ok) throw refused(answer.refusal);
    io.out.line("The Hall has the report. If the key is one of its own, it is revoked.");
    return 0;
  },
};
