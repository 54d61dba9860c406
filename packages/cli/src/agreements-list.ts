import { parseArgs } from "node:util";
import { documentDigest } from "@guildhall/attestation";
import { asciiJson } from "./ascii-json.ts";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, readAddress } from "./hall-address.ts";
import { objectIn, objectsIn, refused, textIn, wholeIn } from "./hall-answer.ts";

/** The tenant's agreements with the Hall, or the document that a receipt names. Signing is a person's act, and no key's. */
export const agreementsList: Command = {
  name: "agreements list",
  summary: "show a tenant's signatory agreements, or print one document",
  help: `hall agreements list --hall <url> [--document <digest>] [--json]

  Newest first: whether it is in force, its title, its version, and what it waits for. Drafting, signing and ending are acts
  of people, at the console or with a session.

${HALL_OPTIONS_HELP}
  --document  prints the document with this digest, which a decision's receipt names, as JSON; its digest is checked here
  --json      the Hall's answer as JSON

  Exit code 0: they were shown. 2: the command is wrong, the Hall did not answer, or the document is not the one asked for.`,

  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        ...HALL_OPTIONS,
        document: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const hall = await readAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const digest = values.document;
    const path =
      digest === undefined ? "wcp/agreements" : `wcp/agreements/versions/${encodeURIComponent(digest)}`;
    const answer = await askHall(hall, "GET", path);
    if (!answer.ok) throw refused(answer.refusal);
    if (digest !== undefined) {
      const document = objectIn(answer.body, "document");
      // The Hall's word for it is not taken.
      if (documentDigest(document) !== digest)
        throw new UsageError(`The Hall's document is another one, ${documentDigest(document)}.`);
      io.out.block(asciiJson(document));
    } else if (values.json) io.out.block(asciiJson(answer.body));
    else
      for (const one of objectsIn(answer.body, "agreements")) {
        const isInForce = one.in_force === true;
        const version = one.version === null ? "no version" : `version ${wholeIn(one, "version")}`;
        const waits = typeof one.waits_for === "string" ? `, waits for ${one.waits_for}` : "";
        io.out.row(
          isInForce ? "passed" : "failed",
          isInForce ? "in force" : textIn(one, "state"),
          textIn(one, "title"),
        );
        io.out.line(`  ${textIn(one, "agreement_id")} ${version}${waits}`);
      }
    return 0;
  },
};
