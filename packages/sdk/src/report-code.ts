import { access } from "node:fs/promises";
import { openSoftwareSigner, packageHash, readPackage, signMeasurement } from "@guildhall/attestation";
import { instant, type Sha256Hex, WorkerId } from "@guildhall/protocol";
import { malformed, type Transport } from "./transport.ts";

/** How a worker answers for its own code. Without a runner beside it this is all that a Hall can be told. */
export interface CodeReport {
  /** The worker's package, as it was built and signed. */
  folder: string;
  /** The worker's own Ed25519 key, in PKCS#8 PEM; the statement that is registered names its public half. */
  keyFile: string;
  /** With the permission attestation:measure. */
  apiKey: string;
  /** A minute where it is not given: below the time for which a Hall believes a report. */
  everyMs?: number;
}

/**
 * Asks the Hall for a nonce and answers it with the hash of the worker's own package, signed by the worker's own key.
 * It shows that the key is there at this moment. It shows nothing about code: who runs other code can say the same.
 * @returns whether the Hall found it to be what was registered
 */
export async function reportCode(
  transport: Transport,
  workerId: string,
  { folder, keyFile }: Pick<CodeReport, "folder" | "keyFile">,
): Promise<boolean> {
  const path = `wcp/workers/${encodeURIComponent(workerId)}/measurements`;
  const { body: asked } = await transport.send({ method: "POST", path: `${path}/challenge`, body: "{}" });
  const { nonce, hall } = asked;
  if (typeof nonce !== "string" || typeof hall !== "string")
    throw malformed("The answer gives no nonce: expected nonce and hall.");
  const { files } = await readPackage(folder);
  // Opening makes a key where there is none, and one that nobody has registered is of no use.
  await access(keyFile);
  const signer = await openSoftwareSigner(keyFile);
  try {
    const envelope = await signMeasurement(signer, {
      type: "guildhall/measurement/v1",
      hall,
      worker_id: WorkerId.parse(workerId),
      method: "self-reported",
      hash: (await packageHash(files)) as Sha256Hex,
      nonce,
      measured_at: instant(Date.now()),
    });
    const { body } = await transport.send({ method: "POST", path, body: JSON.stringify({ envelope }) });
    if (typeof body.matches !== "boolean") throw malformed("The answer does not say whether it matches.");
    return body.matches;
  } finally {
    await signer.close();
  }
}
