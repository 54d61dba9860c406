import { findReceipt, readAttestation, readMeasurement } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { decisionBody } from "./summary.ts";

const Opening = z.object({
  /** SHA-256 of the salt's bytes and the hash's 64 characters. */
  commitment: z.string(),
  hash: z.string(),
  /** 16 bytes in hex. */
  salt: z.string(),
  receipt_id: z.uuid(),
});

/** For whoever has to say later which code ran; never for who asks for work, to whom it is the target of a forgery. */
export const codeHashes = operation({
  name: "decision.code-hashes",
  summary:
    "The hashes of code that a decision's receipt commits to, with the salts that open the commitments.",
  permission: "code-hash:read",
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({ registered: Opening, current: Opening.nullable() }),
  rest: { method: "GET", path: "/wcp/decisions/:id/code-hashes" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    return asCaller(hall, callerOf(context), async (tx) => {
      const stored = await findReceipt(tx, input.id);
      const body = stored?.kind === "decision" ? decisionBody(stored) : null;
      if (!body?.attestation_receipt_id || !body.registered_hash) throw new HallError("NOT_FOUND");
      const attestation = await readAttestation(tx, body.attestation_receipt_id);
      if (!attestation) throw new HallError("NOT_FOUND");
      const measurementId = body.measurement_receipt_id ?? null;
      const measured = measurementId && (await readMeasurement(tx, measurementId));
      const { packageHash, imageDigest } = attestation;
      const isImage = body.decision.attestation?.method === "oci-digest";
      return {
        registered: {
          commitment: body.registered_hash,
          hash: isImage ? (imageDigest ?? packageHash) : packageHash,
          salt: Buffer.from(attestation.salt).toString("hex"),
          receipt_id: body.attestation_receipt_id,
        },
        current:
          measured && measurementId && body.current_hash
            ? {
                commitment: body.current_hash,
                hash: measured.hash,
                salt: Buffer.from(measured.salt).toString("hex"),
                receipt_id: measurementId,
              }
            : null,
      };
    });
  },
});
