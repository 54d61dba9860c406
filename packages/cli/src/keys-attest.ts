import { parseArgs } from "node:util";
import { keyIdOfSpki, signKeyAttestation } from "@guildhall/attestation";
import { instant, KeyAttestation } from "@guildhall/protocol";
import { type Command, type ExitCode, UsageError } from "./command.ts";
import { atPlace, newestLogKey, PLACE_OPTIONS, PLACE_OPTIONS_HELP } from "./key-place.ts";

/** Says, signed by the log's key, which keys of a Hall stand in a place. */
export const keysAttest: Command = {
  name: "keys attest",
  summary: "print a signed statement of which keys stand where, and on what module",
  help: `hall keys attest (--folder <dir> | --token <uri>) --origin <origin> > attestation.json

  Opens every key of a Hall in the place, lets each sign a probe, and prints what it found: the module in its own words,
  the token's serial number, and of each key its name, id, algorithm, public half, and what makes it too weak to serve.
  The log's newest key signs the statement. \`hall keys verify\` reads it.

${PLACE_OPTIONS_HELP}
  --origin  the log's name, like hall.example.org/log

  Exit code 0: attested. 1: attested, and a key is too weak to serve. 2: the command is wrong, the place cannot be
  used, or the log has no key there.`,

  async run(args, io) {
    const { values } = parseArgs({ args, options: { ...PLACE_OPTIONS, origin: { type: "string" } } });
    if (values.origin === undefined)
      throw new UsageError("Expected --origin and the name of the Hall's log.");
    return await atPlace<ExitCode>(values, io, async (place) => {
      const keys = await place.list();
      const signer = newestLogKey(keys);
      if (signer === null) throw new UsageError("The log has no key here that could sign what is found.");
      for (const { signer: key } of keys) await key?.sign(PROBE);
      const attestation = KeyAttestation.parse({
        origin: values.origin,
        made_at: instant(Date.now()),
        module: place.module,
        serial: place.serial,
        keys: keys.map(({ name, algorithm, spki, weaknesses }) => ({
          name,
          key_id: keyIdOfSpki(spki, algorithm),
          algorithm,
          spki: Buffer.from(spki).toString("base64"),
          weaknesses,
        })),
      });
      for (const { name, key_id, algorithm, weaknesses } of attestation.keys)
        io.err.row(
          weaknesses.length > 0 ? "failed" : "passed",
          name,
          [key_id, algorithm, ...weaknesses].join("  "),
        );
      io.err.line(`Signed by ${signer.keyId}, on ${place.module}.`);
      io.out.block((await signKeyAttestation(signer, attestation)).trimEnd());
      return attestation.keys.some(({ weaknesses }) => weaknesses.length > 0) ? 1 : 0;
    });
  },
};

/** One line that nobody can take for a checkpoint, a receipt's hash or a statement. */
const PROBE = Buffer.from("a probe of a key that is attested, which says nothing");
