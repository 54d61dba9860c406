import { parseArgs } from "node:util";
import { buildManifest, manifestText, packageHash } from "@guildhall/attestation";
import { BUILD_SOURCES, SpeciesId, WorkerId } from "@guildhall/protocol";
import { type Command, UsageError } from "./command.ts";
import { printLeftOut, readFolder, writeBeside } from "./package-folder.ts";

/** Hashes a worker's package and writes its manifest, unsigned. */
export const attestBuild: Command = {
  name: "attest build",
  summary: "hash a worker's package and write its manifest",
  help: `hall attest build <folder> --worker-id <id> --species <id> --version <text> [--source <source>] [--force]

  Hashes every file of the package and writes manifest.json (awp.v1) into it, unsigned. Links, devices, names with
  line ends, names that are not UTF-8, manifests below the root and names that differ only in case or in how accents
  are written are refused.

  --worker-id  like org.acme.summarizer.i-1
  --species    like wrk.doc.summarizer
  --version    the worker's own
  --source     local, ci or agent; local by default
  --force      replaces a manifest that is there

  Exit code 0: written. 2: the command is wrong, the folder is no package, or a manifest is there.`,

  async run(args, io) {
    const { folder, facts, isForced } = readArgs(args);
    const { files, leftOut } = await readFolder(folder);
    const hash = await packageHash(files);
    const manifest = buildManifest({ ...facts, packageHash: hash }, Date.now());
    await writeBeside(folder, "manifest.json", manifestText(manifest), isForced);
    printLeftOut(
      leftOut.filter((path) => !path.startsWith("manifest.")),
      io,
    );
    io.out.title("Built; nobody has signed it yet.");
    io.out.line(`${files.length} files, package hash ${hash}`);
    return 0;
  },
};

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "worker-id": { type: "string" },
      species: { type: "string" },
      version: { type: "string" },
      source: { type: "string", default: "local" },
      force: { type: "boolean", default: false },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError("Expected one folder: the package.");
  const workerId = WorkerId.safeParse(values["worker-id"]).data;
  if (workerId === undefined)
    throw new UsageError("Expected --worker-id and an id like org.acme.summarizer.i-1.");
  const { species = "", version = "" } = values;
  // As it was written: the signature covers the text.
  if (!SpeciesId.safeParse(species).success)
    throw new UsageError("Expected --species and an id like wrk.doc.summarizer.");
  if (!/^[\x21-\x7e]{1,64}$/.test(version))
    throw new UsageError("Expected --version and 1 to 64 visible ASCII characters.");
  const buildSource = BUILD_SOURCES.find((source) => source === values.source);
  if (buildSource === undefined)
    throw new UsageError(`--source: expected one of ${BUILD_SOURCES.join(", ")}.`);
  return {
    folder,
    facts: { workerId, speciesId: species, version, buildSource },
    isForced: values.force,
  };
}
