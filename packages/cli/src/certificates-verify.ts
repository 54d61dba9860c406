import { parseArgs } from "node:util";
import type { CertificateFault, PemLabel, ReadCertificate } from "@guildhall/attestation/certificate";
import { type Command, type Io, UsageError } from "./command.ts";
import { readFile, readInput } from "./read-input.ts";

/** Whether a worker's certificate counts, and for what: no network, nothing trusted but the authority given. */
export const certificatesVerify: Command = {
  name: "certificates verify",
  summary: "check a worker's certificate, offline",
  help: `hall certificates verify <certificate.pem | -> --ca <hall-ca.pem> [--crl <hall-ca.crl>]

  Checks who signed it, whether it is valid now, and whether it was revoked; then says for what it certifies.

  --ca   the certificates of the Hall's authority, from /.well-known/hall-ca.pem
  --crl  its list of revoked certificates, from /.well-known/hall-ca.crl, as DER or PEM. Without it nothing says
         whether the certificate was revoked, and the exit code is never 0

  Exit code 0: it counts. 1: it does not. 2: the command is wrong, or a file cannot be read. 3: it counts unless it
  was revoked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ca: { type: "string" }, crl: { type: "string" } },
    });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0)
      throw new UsageError("Expected one certificate: a file, or -.");
    if (values.ca === undefined) throw new UsageError("Expected --ca and the authority's certificates.");
    const [certificate, ...others] = await pemIn("CERTIFICATE", await readInput(path, io), path);
    if (!certificate || others.length > 0)
      throw new UsageError(`Expected one certificate in PEM in ${path}.`);
    const authorities = await pemIn("CERTIFICATE", await readFile(values.ca), values.ca);
    if (authorities.length === 0) throw new UsageError(`--ca: expected certificates in PEM in ${values.ca}.`);
    const revocationList = values.crl === undefined ? null : await readList(values.crl);
    const { checkWorkerCertificate } = await import("@guildhall/attestation/certificate");
    const verdict = checkWorkerCertificate(certificate, { authorities, revocationList, at: new Date() });
    if (!verdict.valid) {
      io.out.row("failed", "certificate", MEANINGS[verdict.reason]);
      io.out.title(`It does not count: ${verdict.reason}.`);
      return 1;
    }
    print(verdict.certificate, verdict.authority, io);
    if (revocationList !== null) return 0;
    io.out.line("Whether it was revoked was not asked: give --crl.");
    return 3;
  },
};

function print(
  { certificateId, workerId, statement, notAfter }: ReadCertificate,
  authority: string,
  io: Io,
): void {
  io.out.row("passed", "signed by", authority.replaceAll("\n", ", "));
  io.out.row("passed", "valid until", notAfter.toISOString());
  io.out.title(`${workerId} is certified.`);
  io.out.line(`For ${statement.capabilities.join(", ")}`);
  io.out.line(`in ${statement.environments.join(", ")} with ${statement.data_labels.join(", ")} data.`);
  io.out.line(`Record ${statement.record_hash}, certificate ${certificateId}.`);
}

/** DER begins with a byte that no text begins with. */
async function readList(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  if (bytes[0] === 0x30) return bytes;
  const [list, ...more] = await pemIn("X509 CRL", bytes, path);
  if (!list || more.length > 0) throw new UsageError(`--crl: expected one revocation list in ${path}.`);
  return list;
}

// X.509 takes its time to load, and other commands have no use for it.
async function pemIn(label: PemLabel, bytes: Uint8Array, path: string): Promise<Uint8Array[]> {
  if (bytes.length > 1024 * 1024) throw new UsageError(`${path} is too long to hold certificates.`);
  const { pemBlocks } = await import("@guildhall/attestation/certificate");
  return pemBlocks(label, Buffer.from(bytes).toString("latin1"));
}

const MEANINGS: Record<CertificateFault, string> = {
  not_a_worker_certificate: "This is no certificate of a worker by a Hall.",
  unknown_authority: "None of the authorities in --ca signed it.",
  authority_not_valid: "The authority's own certificate is not valid now.",
  not_valid_yet: "Its time has not begun.",
  expired: "Its time is over. The worker has to be certified anew, or the certificate renewed.",
  list_malformed: "The revocation list cannot be read. Fetch it again.",
  list_not_the_authoritys: "The revocation list is not by the authority that signed the certificate.",
  list_not_valid_yet: "The revocation list is of a time to come. Look at this machine's clock.",
  list_expired: "The revocation list has expired. Fetch it again.",
  revoked: "The Hall has revoked it.",
};
