import { parseArgs } from "node:util";
import { type Command, type ExitCode, UsageError } from "./command.ts";
import { atPlace, KEPT_ROLES, PLACE_OPTIONS, PLACE_OPTIONS_HELP, roleOf } from "./key-place.ts";

/** Makes the first key of every role that a Hall keeps itself, before it starts for the first time. */
export const keysInit: Command = {
  name: "keys init",
  summary:
    "make the keys of every role in a folder or on a token; with --feed-root the offline keys of the feed",
  help: `hall keys init (--folder <dir> | --token <uri>) [--go-on]
hall keys init --feed-root --out <dir> --origin <origin> --keys <n> --threshold <m>
               [--replaces <feed-root.json> --old-key <file> …]

  Makes the first key of each role: ${KEPT_ROLES.join(", ")}.
  A Hall that starts over them introduces each by a sealed entry before it signs. A key that is there is never
  replaced: a place that holds one already is refused, because it is not known who made it.

${PLACE_OPTIONS_HELP}
  --go-on   keeps the keys that are there, and makes those that are missing: where a first try was cut off

  With --feed-root: makes the n Ed25519 keys of which m are needed to begin a ban feed, each in a file of its own, and
  feed-root.json, which all of them signed and which holds no secret. Run it on a machine without a network, hand
  each file to its holder, and take it off the machine. \`hall keys register-root\` brings feed-root.json to the Hall.

  --out        the folder to make the files in
  --origin     the log's name, like hall.example.org/log
  --keys       how many keys, at most 8
  --threshold  how many of them are needed
  --replaces   the feed-root.json that this one takes the place of
  --old-key    a key file of that one; again for each, as many as its threshold

  Exit code 0: made. 2: the command is wrong, a key is there already, or the place cannot be used.`,

  async run(args, io): Promise<ExitCode> {
    if (args.includes("--feed-root")) return (await import("./make-feed-root.ts")).makeFeedRoot(args, io);
    const { values } = parseArgs({
      args,
      options: { ...PLACE_OPTIONS, "go-on": { type: "boolean", default: false } },
    });
    return await atPlace<ExitCode>(values, io, async (place) => {
      const there = await place.list();
      if (there.length > 0 && !values["go-on"])
        throw new UsageError(
          `There are keys already: ${there.map(({ name }) => name).join(", ")}. Take a fresh place; or --go-on, if you know who made them.`,
        );
      for (const role of KEPT_ROLES) {
        const known = there.find(({ name }) => roleOf(name) === role);
        if (known) {
          io.out.row("skipped", role, "there already, kept");
          continue;
        }
        io.err.line(`Making the ${role} key …`);
        const { keyId, algorithm } = await place.make(role);
        io.out.row("passed", role, `${keyId}  ${algorithm}  ${place.module}`);
      }
      io.out.line();
      io.out.line(`Start the Hall with HALL_SIGNER='${place.setting}'.`);
      io.out.line("Then let `hall keys attest` say what stands here, and back it up.");
      return 0;
    });
  },
};
