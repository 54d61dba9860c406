import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";

/** In DER, as RFC 5280 (4.2.1.13) asks of what certificates point to. */
export const revocations = operation({
  name: "authority.revocations",
  summary: "The newest list of certificates of this Hall that were revoked, in DER.",
  permission: "public",
  input: z.strictObject({
    /** The key id of an authority; without it the one in use. */
    authority: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional(),
  }),
  output: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  rest: {
    method: "GET",
    path: "/.well-known/hall-ca.crl",
    contentType: "application/pkix-crl",
    refuses: [404],
  },
  async run({ hall, input }) {
    const list = await hall.authority.revocationList(input.authority);
    if (!list) throw new HallError("NOT_FOUND");
    return list.der;
  },
});
