import { parseArgs } from "node:util";
import {
  type ManifestCode,
  type ManifestVerdict,
  parseVerifierKey,
  VerifyError,
  verifyManifest,
  verifyPackageStatement,
} from "@guildhall/attestation/verify";
import { canonicalJson, type PackageManifest, type SignedManifest } from "@guildhall/protocol";
import { asciiJson } from "./ascii-json.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { printLeftOut, readBeside, readFolder } from "./package-folder.ts";
import { isMissing, readFile } from "./read-input.ts";

/** Checks a package against its manifest and the signatures that are trusted here: no network, no Hall. */
export const attestVerify: Command = {
  name: "attest verify",
  summary: "check a worker's package against its manifest, offline",
  help: `hall attest verify <folder> --worker-id <id> [--key <public key>] [--json]

  Checks, in this order: manifest, worker, hash, signatures, namespace. Also accepts the order in which Python lists
  files, and says so.

  --worker-id  the worker whose package this is to be
  --key        a public key of its namespace, in base64, or a file that holds it in base64 or PEM; again for each
               further key. Checks manifest.sig
  --json       the verdict as JSON

  Where the environment has WCP_ATTEST_HMAC_KEY, the HMAC signature in the manifest is checked. One of the two there
  has to be.

  Exit code 0: verified. 1: not verified. 2: the command is wrong, or the folder is no package.`,

  async run(args, io) {
    const { folder, workerId, keys, isJson } = readArgs(args);
    if (keys.length === 0 && io.attestSecret === null)
      throw new UsageError(
        "Expected --key, or WCP_ATTEST_HMAC_KEY in the environment: otherwise nobody vouches.",
      );
    const trusted = await Promise.all(keys.map(readPublicKey));
    const { files, leftOut } = await readFolder(folder);
    const manifest = await readBeside(folder, "manifest.json");
    const verdict = await verifyManifest(manifest, { workerId, files, secret: io.attestSecret });
    const signed =
      verdict.ok && trusted.length > 0 ? await checkStatement(folder, verdict.manifest, trusted) : null;
    const code = !verdict.ok ? verdict.code : signed;
    if (isJson) io.out.block(asciiJson(report(verdict, code)));
    else print(verdict, code, io);
    if (!isJson)
      printLeftOut(
        leftOut.filter((path) => !path.startsWith("manifest.")),
        io,
      );
    return code === null ? 0 : 1;
  },
};

/** What is wrong with the statement beside the manifest, or null. Both have to say the same. */
async function checkStatement(
  folder: string,
  { signature_hmac_sha256: _, ...manifest }: PackageManifest,
  keys: Uint8Array<ArrayBuffer>[],
): Promise<ManifestCode | null> {
  const envelope = await readBeside(folder, "manifest.sig");
  if (envelope === null) return "ATTEST_SIGNATURE_MISSING";
  const verdict = await verifyPackageStatement(envelope, keys);
  if (!verdict.ok) return "ATTEST_SIG_INVALID";
  const { worker_key: _key, image_digest: _image, ...signed }: SignedManifest = verdict.manifest;
  return canonicalJson(signed) === canonicalJson(manifest) ? null : "ATTEST_SIG_INVALID";
}

const MEANINGS: Record<ManifestCode, string> = {
  ATTEST_MANIFEST_MISSING: "The package has no manifest.json.",
  ATTEST_MANIFEST_MALFORMED: "Its manifest.json is no awp.v1 manifest.",
  ATTEST_MANIFEST_ID_MISMATCH: "Its manifest is another worker's.",
  ATTEST_HASH_MISMATCH: "The package is not the one that its manifest names: something in it was changed.",
  ATTEST_SIGNATURE_MISSING: "Nobody has signed it with what is trusted here.",
  ATTEST_SIG_INVALID: "No signature of it is genuine by what is trusted here.",
  ATTEST_NAMESPACE_INVALID: "The worker's id begins with no namespace, such as org.acme.",
};

function report(verdict: ManifestVerdict, code: ManifestCode | null) {
  if (code !== null || !verdict.ok) return { ok: false, code };
  const { package_hash, schema_version, attested_at_utc, trust_statement } = verdict.manifest;
  return {
    ok: true,
    package_hash,
    package_order: verdict.order,
    manifest_schema: schema_version,
    attested_at_utc,
    verified_at_utc: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    trust_statement,
  };
}

function print(verdict: ManifestVerdict, code: ManifestCode | null, { out }: Io): void {
  if (code !== null || !verdict.ok) {
    out.title(`Not verified: ${code}.`);
    if (code !== null) out.line(MEANINGS[code]);
    return;
  }
  out.title("Verified.");
  out.line(verdict.manifest.trust_statement);
  if (verdict.order === "path-components")
    out.line("Its hash lists the files in the order of path components, as older tools do.");
}

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "worker-id": { type: "string" },
      key: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError("Expected one folder: the package.");
  const { "worker-id": workerId = "" } = values;
  if (workerId === "")
    throw new UsageError("Expected --worker-id and the worker whose package this is to be.");
  return { folder, workerId, keys: values.key, isJson: values.json };
}

/** A public key as given, or as the file of that name holds it. */
export async function readPublicKey(given: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = /^[A-Za-z0-9+/]{43}=$/.test(given) ? given : await readKeyFile(given);
  try {
    return (await parseVerifierKey(text, "package")).publicKey;
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw new UsageError(`--key: expected an Ed25519 public key, 32 bytes in base64 or PEM.`, { cause });
  }
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return Buffer.from(await readFile(path)).toString("utf8");
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new UsageError(`--key: expected 32 bytes in base64, or a file; there is no file ${path}.`, {
      cause,
    });
  }
}
