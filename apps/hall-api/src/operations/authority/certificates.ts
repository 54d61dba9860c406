import { pemText } from "@guildhall/attestation/certificate";
import { z } from "zod";
import { operation } from "../operation.ts";

export const certificates = operation({
  name: "authority.certificates",
  summary:
    "The certificates of this Hall's authority in PEM, the one in use first. Pin them when you first see them.",
  permission: "public",
  input: z.strictObject({}),
  output: z.string(),
  rest: { method: "GET", path: "/.well-known/hall-ca.pem", contentType: "application/pem-certificate-chain" },
  async run({ hall }) {
    const all = await hall.authority.certificates();
    const inUse = all.filter(({ keyId }) => keyId === hall.authority.keyId);
    const earlier = all.filter(({ keyId }) => keyId !== hall.authority.keyId);
    return [...inUse, ...earlier].map(({ der }) => pemText("CERTIFICATE", der)).join("");
  },
});
