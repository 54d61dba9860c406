import { parseArgs } from "node:util";
import {
  manifestSignature,
  manifestText,
  packageHash,
  type Signer,
  signPackageStatement,
} from "@guildhall/attestation";
import { type PackageManifest, SignedManifest } from "@guildhall/protocol";
import { openExistingKey } from "./attest-keygen.ts";
import { type Command, UsageError } from "./command.ts";
import { readFolder, readOwnManifest, writeBeside } from "./package-folder.ts";

/** Signs a manifest: for existing verifiers by a shared secret, for everybody by the namespace's key. */
export const attestSign: Command = {
  name: "attest sign",
  summary: "sign a package's manifest with the namespace's key",
  help: `hall attest sign <folder> [--key-file <file>] [--worker-key <public key>] [--image <sha256:…>] [--force]

  Signs the manifest that \`hall attest build\` wrote, if the package still has the hash that it names.

  --key-file    the namespace's Ed25519 key: writes manifest.sig, an in-toto statement over every field of the
                manifest in a DSSE envelope
  --worker-key  the public key, in base64, by which the running worker will answer for itself
  --image       the digest of the container image in which the package runs
  --force       replaces signatures that are there

  Where the environment has WCP_ATTEST_HMAC_KEY, the manifest gets the HMAC signature that existing verifiers check.

  Exit code 0: signed. 1: the package is not the one that its manifest names. 2: the command is wrong, or
  nothing is there to sign with.`,

  async run(args, io) {
    const { folder, keyFile, extra, isForced } = readArgs(args);
    if (keyFile === null && io.attestSecret === null)
      throw new UsageError(
        "Expected --key-file, or WCP_ATTEST_HMAC_KEY in the environment: nothing signs here.",
      );
    const key = keyFile === null ? null : await openExistingKey(keyFile, "--key-file");
    const manifest = await readOwnManifest(folder);
    const { files } = await readFolder(folder);
    if ((await packageHash(files)) !== manifest.package_hash) {
      io.err.title("Not signed: the package is not the one that its manifest names.");
      io.err.line("ATTEST_HASH_MISMATCH. Build it anew, if the change is meant.");
      return 1;
    }
    if (key !== null) {
      await writeBeside(folder, "manifest.sig", await statement(key, manifest, extra), isForced);
      io.out.line(`manifest.sig: signed by key ${key.keyId}`);
    }
    if (io.attestSecret !== null) {
      await signManifest(folder, manifest, io.attestSecret, isForced);
      io.out.line("manifest.json: signed by the shared secret");
    }
    io.out.title("Signed.");
    return 0;
  },
};

function statement(key: Signer, manifest: PackageManifest, extra: Extra): Promise<string> {
  const { signature_hmac_sha256: _, ...signed } = manifest;
  return signPackageStatement(key, SignedManifest.parse({ ...signed, ...extra }));
}

async function signManifest(
  folder: string,
  manifest: PackageManifest,
  secret: string,
  isForced: boolean,
): Promise<void> {
  const signature = await manifestSignature(manifest, secret);
  if (
    manifest.signature_hmac_sha256 !== undefined &&
    manifest.signature_hmac_sha256 !== signature &&
    !isForced
  )
    throw new UsageError("manifest.json has another signature already; --force replaces it.");
  const signed = { ...manifest, signature_hmac_sha256: signature };
  // What is replaced is the same manifest without a signature, or with this one.
  await writeBeside(folder, "manifest.json", manifestText(signed), true);
}

type Extra = Pick<SignedManifest, "worker_key" | "image_digest">;

function readArgs(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "key-file": { type: "string" },
      "worker-key": { type: "string" },
      image: { type: "string" },
      force: { type: "boolean", default: false },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError("Expected one folder: the package.");
  const extra = SignedManifest.pick({ worker_key: true, image_digest: true }).safeParse({
    ...(values["worker-key"] !== undefined && { worker_key: values["worker-key"] }),
    ...(values.image !== undefined && { image_digest: values.image.replace(/^sha256:/, "") }),
  });
  if (!extra.success)
    throw new UsageError(
      "Expected --worker-key with 32 bytes in base64, and --image with sha256: and 64 lower-case hex digits.",
    );
  return { folder, keyFile: values["key-file"] ?? null, extra: extra.data, isForced: values.force };
}
