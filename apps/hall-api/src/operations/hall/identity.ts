import { verifierKey } from "@guildhall/attestation";
import { SPEC_VERSION } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";

export const identity = operation({
  name: "hall.identity",
  summary: "Which Hall this is and the public key of its log. Pin the key when you first see it.",
  permission: "public",
  input: z.strictObject({}),
  output: z.object({
    origin: z.string(),
    verifier_key: z.string(),
    signer: z.string(),
    spec_version: z.string(),
  }),
  rest: { method: "GET", path: "/.well-known/hall.json" },
  async run({ hall }) {
    return {
      origin: hall.settings.origin,
      verifier_key: verifierKey(hall.settings.origin, hall.signer.publicKey),
      signer: hall.signer.module,
      spec_version: SPEC_VERSION,
    };
  },
});
