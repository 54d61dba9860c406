import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packageHash, type Signer, signMeasurement } from "@guildhall/attestation";
import { instant, Sha256Hex, WorkerId } from "@guildhall/protocol";
import { openExistingKey } from "./attest-keygen.ts";
import { type Command, type ExitCode, type Io, UsageError } from "./command.ts";
import { HALL_OPTIONS, HALL_OPTIONS_HELP, type HallAddress, readAddress } from "./hall-address.ts";
import { NoAnswer, refused, textIn } from "./hall-answer.ts";
import { readFolder } from "./package-folder.ts";
import { readFile } from "./read-input.ts";
import { isObject, readJson } from "./read-json.ts";

/** Measures the packages that this machine's own configuration lists, and answers a Hall's nonce for each. */
export const runnerMeasure: Command = {
  name: "runner measure",
  summary: "measure the packages on this machine for a Hall",
  help: `hall runner measure <config.json> --hall <url> --runner-key <file> [--every <seconds>]

  For each package that the configuration lists: asks the Hall for a nonce, hashes the package, signs hash and nonce
  with the runner's key, and sends both. It runs nothing and reads no package that is not listed.

  The configuration: { "packages": [{ "worker_id": "org.acme.summarizer.i-1", "folder": "/opt/summarizer" }] };
  { "worker_id": "…", "image": "sha256:…" } names the digest of a container image instead. Folders are looked for
  from where the configuration lies.

  --runner-key  the runner's Ed25519 key, whose public half the Hall has registered
  --every       again after so many seconds, until stopped; once without it
${HALL_OPTIONS_HELP}

  The API key needs the permission attestation:measure.

  Exit code 0: the Hall has taken every measurement, and each is what was registered. 1: one of them is not.
  2: the command is wrong, a package cannot be read, or the Hall refuses or cannot be asked.`,

  async run(args, io) {
    const { config, keyFile, everySeconds, where } = readArgs(args);
    const address = await readAddress(where, io);
    const packages = await readConfig(config);
    const key = await openExistingKey(keyFile, "--runner-key");
    for (;;) {
      let code = 0 as ExitCode;
      for (const listed of packages) {
        const found = await measure(listed, { address, key, io }).catch((error: unknown) => {
          if (!(error instanceof UsageError)) throw error;
          io.err.line(`hall: ${listed.workerId}: ${error.message}`);
          return 2 as const;
        });
        code = Math.max(code, found) as ExitCode;
      }
      if (everySeconds === null) return code;
      await new Promise((resolve) => setTimeout(resolve, everySeconds * 1000));
    }
  },
};

interface Listed {
  workerId: WorkerId;
  /** A folder to hash, or the digest of an image. */
  what: { folder: string } | { image: string };
}

async function measure(
  { workerId, what }: Listed,
  { address, key, io }: { address: HallAddress; key: Signer; io: Io },
): Promise<0 | 1> {
  const { askHall } = await import("./ask-hall.ts");
  const asked = await askHall(address, "POST", `wcp/workers/${workerId}/measurements/challenge`, {});
  if (!asked.ok) throw refused(asked.refusal);
  // Read only now: the nonce says that this is not yesterday's hash.
  const method = "folder" in what ? "runner-measured" : "oci-digest";
  const hash = "folder" in what ? await hashOf(what.folder) : what.image;
  const envelope = await signMeasurement(key, {
    type: "guildhall/measurement/v1",
    hall: textIn(asked.body, "hall"),
    worker_id: workerId,
    method,
    hash: Sha256Hex.parse(hash),
    nonce: textIn(asked.body, "nonce"),
    measured_at: instant(Date.now()),
  });
  const answer = await askHall(address, "POST", `wcp/workers/${workerId}/measurements`, { envelope });
  if (!answer.ok) throw refused(answer.refusal);
  const { matches } = answer.body;
  if (typeof matches !== "boolean") throw new NoAnswer("The Hall's answer does not say whether it matches.");
  if (matches) io.out.row("passed", method, `${workerId} is what was registered.`);
  else io.out.row("failed", method, `${workerId} is not what was registered; the Hall has been told.`);
  return matches ? 0 : 1;
}

async function hashOf(folder: string): Promise<string> {
  const { files } = await readFolder(folder);
  return packageHash(files);
}

async function readConfig(path: string): Promise<Listed[]> {
  const config = readJson(await readFile(path), path);
  const listed = isObject(config) && Array.isArray(config.packages) ? config.packages : [];
  const packages = listed.map((entry) => readListed(entry, dirname(resolve(path))));
  if (packages.length === 0 || packages.includes(null))
    throw new UsageError(
      `${path}: expected { "packages": [{ "worker_id", "folder" or "image" }] } with at least one.`,
    );
  return packages as Listed[];
}

function readListed(entry: Parameters<typeof isObject>[0], base: string): Listed | null {
  if (!isObject(entry)) return null;
  const { worker_id, folder, image, ...more } = entry;
  const workerId = WorkerId.safeParse(worker_id).data;
  if (workerId === undefined || Object.keys(more).length > 0) return null;
  if (typeof folder === "string" && image === undefined)
    return { workerId, what: { folder: resolve(base, folder) } };
  const digest = typeof image === "string" ? /^sha256:([0-9a-f]{64})$/.exec(image)?.[1] : undefined;
  return digest !== undefined && folder === undefined ? { workerId, what: { image: digest } } : null;
}

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...HALL_OPTIONS, "runner-key": { type: "string" }, every: { type: "string" } },
  });
  const [config, ...more] = positionals;
  if (config === undefined || more.length > 0)
    throw new UsageError("Expected one configuration: a file that lists packages.");
  const { "runner-key": keyFile, every } = values;
  if (keyFile === undefined) throw new UsageError("Expected --runner-key and the runner's key file.");
  const everySeconds = every === undefined ? null : Number(every);
  if (
    everySeconds !== null &&
    !(Number.isInteger(everySeconds) && everySeconds >= 1 && everySeconds <= 86_400)
  )
    throw new UsageError("--every: expected whole seconds, 1 to 86400.");
  return { config, keyFile, everySeconds, where: values };
}
