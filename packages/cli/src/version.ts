import { readFileSync } from "node:fs";
import { SPEC_VERSION } from "@guildhall/protocol";
import { type Command, UsageError } from "./command.ts";

export const version: Command = {
  name: "version",
  summary: "print the version, and the receipt format it reads",
  help: `hall version

  Prints the version of this program and the receipt format that it verifies.`,

  async run(args, { out }) {
    if (args.length > 0) throw new UsageError("Expected nothing after version.");
    out.line(`hall ${packageVersion()} (receipts: ${SPEC_VERSION})`);
    return 0;
  },
};

/** Beside `src` in the workspace and beside `dist` in what npm installs. */
function packageVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
